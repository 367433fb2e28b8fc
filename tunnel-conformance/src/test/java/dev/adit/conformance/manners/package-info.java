/**
 * How the commands behave towards who types them, as processes. Nothing is public. Each test in a
 * directory of its own.
 */
@NullMarked
package dev.adit.conformance.manners;

import org.jspecify.annotations.NullMarked;
