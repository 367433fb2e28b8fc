package dev.adit.agent.doctor;

import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.doctor.steps.Step;
import dev.adit.agent.doctor.steps.Trouble;
import dev.adit.agent.tunnel.TunnelProbe.Answer;
import dev.adit.core.name.GroupName;
import java.util.concurrent.TimeUnit;

/** What a server's answer to a probe says of token, groups and heartbeat. */
record Verdict(AgentConfig config, Answer answer) {

  void tell(StepLog steps) {
    switch (answer.outcome()) {
      case TAKEN -> {
        tellTaken(steps);
        long micros = TimeUnit.NANOSECONDS.toMicros(answer.roundTripNanos());
        steps.ok(Step.HEARTBEAT, micros < 0 ? "answered" : "round trip " + micros + " us");
      }
      case SILENT -> {
        tellTaken(steps);
        steps.failed(Step.HEARTBEAT, silent());
      }
      case UNAUTHENTICATED, FORBIDDEN -> steps.failed(Step.TOKEN, refused());
      case OTHER_PROTOCOL -> steps.failed(Step.TOKEN, otherProtocol());
      case DRAINING -> {
        steps.ok(Step.TOKEN, "known");
        steps.failed(
            Step.HEARTBEAT,
            new Trouble(
                "the server is going away: " + answer.text(), "try again when it runs again"));
      }
      case TOO_OLD -> {
        steps.ok(Step.TOKEN, "known");
        String why = "the server is too old to be asked without serving";
        steps.skipped(Step.GROUP, why);
        steps.skipped(Step.HEARTBEAT, why);
      }
      case LOST ->
          steps.failed(
              Step.HEARTBEAT,
              new Trouble(
                  "the tunnel ended before its first heartbeat: " + answer.text(),
                  "look whether the server's tunnel.listen is dialled (8003, not the entry's port),"
                      + " into the server's log, and into the limits of proxies on the way"
                      + " (docs/behind-proxies.md)"));
    }
  }

  private void tellTaken(StepLog steps) {
    steps.ok(Step.TOKEN, "agent " + config.id() + " is welcome at " + answer.server());
    if (config.groups().isEmpty()) {
      steps.ok(Step.GROUP, "all of the credential: " + String.join(", ", answer.groups()));
    }
    for (GroupName group : config.groups()) {
      if (answer.groups().contains(group.value())) {
        steps.ok(Step.GROUP, group.value());
      } else {
        steps.failed(Step.GROUP, notAllowed(group));
      }
    }
  }

  private Trouble notAllowed(GroupName group) {
    return new Trouble(
        "the credential is not for group "
            + group
            + ", only for "
            + String.join(", ", answer.groups()),
        "add "
            + group
            + " to groups of agent "
            + config.id()
            + " in the server's agents.yaml, or take it out of agent.yaml");
  }

  private static Trouble silent() {
    return new Trouble(
        "the server does not answer heartbeats",
        "look whether the server hangs, or a proxy on the way holds back what is small"
            + " (docs/behind-proxies.md)");
  }

  private Trouble refused() {
    return switch (answer.outcome()) {
      case FORBIDDEN ->
          new Trouble(
              "the credential is not for agent " + config.id(),
              "mend id in agent.yaml, or the line's id in the server's agents.yaml");
      default ->
          new Trouble(
              "the server does not know our credential: " + answer.text(),
              config.token() == null
                  ? "name the certificate in the server's agents.yaml (certificate.san), and its"
                      + " authority in tunnel.tls.clientCa"
                  : "run tunnel-server token new --agent "
                      + config.id()
                      + ", put the token where token of agent.yaml says, and its hash into the"
                      + " server's agents.yaml");
    };
  }

  private Trouble otherProtocol() {
    return new Trouble(
        "no tunnel of this version answers there: " + answer.text(),
        "dial the server's tunnel.listen (8003, not the entry's port), with programs of the same"
            + " version at both ends");
  }
}
