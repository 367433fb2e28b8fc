/**
 * A server that is in somebody else's hands: what it may learn and do at an agent, and what it may
 * not. Tests only.
 */
@NullMarked
package dev.adit.conformance.security.hostile;

import org.jspecify.annotations.NullMarked;
