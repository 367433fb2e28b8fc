package dev.adit.agent.dispatch;

/**
 * How one upstream is now.
 *
 * @param group whose configuration brought it; empty: the agent's own file
 * @param usable backends that would be given a call
 */
public record UpstreamHealth(String group, String name, int backends, int usable) {}
