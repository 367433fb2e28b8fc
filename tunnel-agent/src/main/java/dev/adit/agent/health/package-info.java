/**
 * Asks backends whether they are well, where their upstream wants it. Public: {@link
 * dev.adit.agent.health.HealthChecks}. The checks of one backend are confined to one loop.
 */
@NullMarked
package dev.adit.agent.health;

import org.jspecify.annotations.NullMarked;
