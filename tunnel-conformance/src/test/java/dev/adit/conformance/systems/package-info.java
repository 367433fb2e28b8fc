/**
 * The systems the product was made for, called through a server and agents that are processes of
 * their own. Tests only.
 */
@NullMarked
package dev.adit.conformance.systems;

import org.jspecify.annotations.NullMarked;
