/** What goes through a tunnel arrives as it was sent, whatever happens when. Tests only. */
@NullMarked
package dev.adit.conformance.call;

import org.jspecify.annotations.NullMarked;
