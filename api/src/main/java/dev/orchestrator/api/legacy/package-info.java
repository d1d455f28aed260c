/** The published names: JSON objects and paths as clients of the predecessor know them. */
@NullMarked
package dev.orchestrator.api.legacy;

import org.jspecify.annotations.NullMarked;
