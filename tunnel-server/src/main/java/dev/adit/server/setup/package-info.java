/**
 * A first setup that is encrypted and authenticated. Public: {@link
 * dev.adit.server.setup.NewSetup}, {@link dev.adit.server.setup.YamlText}. Any thread.
 */
@NullMarked
package dev.adit.server.setup;

import org.jspecify.annotations.NullMarked;
