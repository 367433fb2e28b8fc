/** Makes certificates for tests, each when it is asked for. */
@NullMarked
package dev.adit.testing.tls;

import org.jspecify.annotations.NullMarked;
