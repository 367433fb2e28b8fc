/**
 * Both ends of a tunnel against a model of what arrives, over generated moves. Tests only, each
 * confined to its thread.
 */
@NullMarked
package dev.adit.core.tunnel.model;

import org.jspecify.annotations.NullMarked;
