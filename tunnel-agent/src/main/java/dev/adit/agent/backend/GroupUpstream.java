package dev.adit.agent.backend;

/**
 * An upstream and where it comes from.
 *
 * @param group the group whose server handed it out; empty: of the agent's own file
 */
public record GroupUpstream(String group, Upstream upstream) {}
