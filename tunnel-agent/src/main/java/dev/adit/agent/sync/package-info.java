/**
 * What servers hand to the agents of a group (ConfigSync): whether it is taken, and which of two
 * servers' documents is in force. Public: {@link dev.adit.agent.sync.HandedGroups}, told by tunnels
 * through {@link dev.adit.agent.sync.ConfigPeer}. Its state is confined to one thread of its own.
 */
@NullMarked
package dev.adit.agent.sync;

import org.jspecify.annotations.NullMarked;
