package dev.adit.demo.tour;

import java.time.Duration;

/** A call that came back right: what was said, who took it, how it ended and after what time. */
record Outcome(Step.Exchange exchange, String takenBy, String status, Duration took) {}
