package dev.adit.server.registry;

/**
 * How one of an agent's upstreams is, in the agent's words.
 *
 * @param group the group whose configuration brought it; empty: the agent's own file
 * @param healthy backends that would be given a call
 */
public record UpstreamState(String group, String name, int backends, int healthy) {}
