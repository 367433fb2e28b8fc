/** The sample game server. Public: {@link dev.adit.demo.backend.game.GameService}. Any thread. */
@NullMarked
package dev.adit.demo.backend.game;

import org.jspecify.annotations.NullMarked;
