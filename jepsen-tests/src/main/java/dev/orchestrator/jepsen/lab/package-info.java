/**
 * Real processes on this machine: MySQL servers and orchestrator nodes, and how to talk to them.
 */
@NullMarked
package dev.orchestrator.jepsen.lab;

import org.jspecify.annotations.NullMarked;
