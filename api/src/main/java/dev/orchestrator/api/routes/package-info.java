/** What the API answers: one class per noun. */
@NullMarked
package dev.orchestrator.api.routes;

import org.jspecify.annotations.NullMarked;
