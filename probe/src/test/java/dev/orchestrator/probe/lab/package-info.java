/**
 * Real MySQL servers on loopback addresses, for integration tests of this and the later modules.
 */
package dev.orchestrator.probe.lab;
