/** Stands in for systemd where services tell it how they are. */
@NullMarked
package dev.adit.testing.systemd;

import org.jspecify.annotations.NullMarked;
