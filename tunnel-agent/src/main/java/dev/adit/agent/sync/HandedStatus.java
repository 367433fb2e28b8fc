package dev.adit.agent.sync;

/**
 * How one server's configuration of one group stands.
 *
 * @param server where it was dialled
 * @param served whether calls of the group are served by it
 * @param message why not, or what there is to add; empty: nothing
 */
public record HandedStatus(
    String group, String revision, String server, boolean served, String message) {}
