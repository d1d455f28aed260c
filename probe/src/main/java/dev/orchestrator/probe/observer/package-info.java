/** Agreement of the members on what they see of the fleet (rule A10). */
@NullMarked
package dev.orchestrator.probe.observer;

import org.jspecify.annotations.NullMarked;
