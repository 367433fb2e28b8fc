/** What is logged while a test runs. Public: {@link dev.adit.testing.logging.LoggedLines}. */
@NullMarked
package dev.adit.testing.logging;

import org.jspecify.annotations.NullMarked;
