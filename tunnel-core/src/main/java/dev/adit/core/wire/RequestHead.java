package dev.adit.core.wire;

import dev.adit.core.call.CallHeaders;
import io.netty.util.AsciiString;

/**
 * What opens a call on a tunnel stream: the request's head and what the server decided about it.
 *
 * @param rule the name of the rule that matched, for logs
 * @param attempt which placement of the caller's call this is, from 1
 * @param window response body bytes the agent may send before it is granted any
 */
public record RequestHead(
    CallHeaders headers, AsciiString group, AsciiString rule, int attempt, int window) {}
