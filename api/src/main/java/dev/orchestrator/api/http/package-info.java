/**
 * Plumbing: requests and answers without a Jetty type, the router, and the listener that is Jetty.
 */
@NullMarked
package dev.orchestrator.api.http;

import org.jspecify.annotations.NullMarked;
