/**
 * Where one call goes: to an agent, to another while no backend has seen it, and again where its
 * rule's policy says so. Public: {@link dev.adit.server.dispatch.placement.Placement}, {@link
 * dev.adit.server.dispatch.placement.RetriedCall} and what they are made with, {@link
 * dev.adit.server.dispatch.placement.PlacementListener}. A call is confined to the loop of its
 * caller's connection.
 */
@NullMarked
package dev.adit.server.dispatch.placement;

import org.jspecify.annotations.NullMarked;
