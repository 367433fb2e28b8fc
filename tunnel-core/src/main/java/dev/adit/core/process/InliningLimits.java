package dev.adit.core.process;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells HotSpot's second compiler which methods to call rather than copy into their callers. A
 * call's path is one long chain: each method of it is compiled by itself and once more in those
 * above it, again after each change of load. With a stop at the doors of its layers that is a third
 * less work, and less memory, for code that runs as fast (docs/design-decisions.md).
 */
public final class InliningLimits {
  /** Of what both programs run; as HotSpot writes them, the last part may end in {@code *}. */
  public static final List<String> SHARED =
      List.of(
          "dev/adit/core/http2/read/FrameDecoder.dispatch",
          "dev/adit/core/http2/read/StreamFrames.on*",
          "dev/adit/core/http2/write/BatchEncoder.write*",
          "dev/adit/core/http2/write/BatchWriter.write*",
          "dev/adit/core/http2/EdgeHandler.write*",
          "dev/adit/core/wire/FrameReader.scan",
          "dev/adit/core/wire/FrameReader.dispatch",
          "dev/adit/core/wire/FrameReader.chunk",
          "dev/adit/core/wire/HeadReader.requestHead",
          "dev/adit/core/wire/HeadReader.responseHead",
          "dev/adit/core/wire/HeadReader.trailers",
          "dev/adit/core/wire/HeadReader.accepted",
          "dev/adit/core/wire/HeadReader.header",
          "dev/adit/core/tunnel/InboundFrames.on*",
          "dev/adit/core/tunnel/OutboundFrames.sendMessage",
          "dev/adit/core/tunnel/OutboundFrames.flush",
          "io/grpc/internal/MessageDeframer.deframe",
          "io/grpc/internal/MessageDeframer.deliver",
          "io/grpc/internal/CompositeReadableBuffer.execute",
          "io/grpc/netty/WriteQueue.flush",
          "io/netty/handler/codec/http2/DefaultHttp2FrameReader.processPayloadState",
          "io/netty/handler/codec/http2/DefaultHttp2ConnectionDecoder$FrameReadListener.onDataRead",
          "io/netty/handler/codec/http2/DefaultHttp2ConnectionEncoder.write*",
          "io/netty/handler/codec/http2/DefaultHttp2ConnectionEncoder.sendHeaders",
          "io/netty/handler/codec/http2/DefaultHttp2FrameWriter.write*",
          "io/netty/handler/codec/http2/Http2ConnectionHandler.flush",
          "io/netty/handler/codec/http2/Http2ConnectionHandler.channelReadComplete",
          "io/netty/handler/codec/http2/HpackDecoder.decode",
          "io/netty/handler/codec/http2/HpackDecoder.insertHeader",
          "io/netty/handler/codec/http2/HpackEncoder.encode*",
          "io/netty/handler/codec/http2/HpackUtil.equalsVariableTime",
          "io/netty/channel/AbstractChannelHandlerContext.read",
          "io/netty/channel/AbstractChannelHandlerContext.write",
          "io/netty/channel/AbstractChannelHandlerContext.flush",
          "io/netty/channel/AbstractChannelHandlerContext.fireChannelRead",
          "io/netty/channel/AbstractChannelHandlerContext.fireChannelWritabilityChanged",
          "io/netty/channel/AbstractChannel$AbstractUnsafe.write",
          "io/netty/channel/AbstractChannel$AbstractUnsafe.flush0",
          "io/netty/channel/ChannelOutboundBuffer.remove*",
          "io/netty/channel/ChannelOutboundBuffer.decrementPendingOutboundBytes",
          "io/netty/channel/epoll/AbstractEpollStreamChannel$EpollStreamUnsafe.epollInReady",
          "io/netty/channel/epoll/AbstractEpollStreamChannel.doWrite",
          "io/netty/buffer/PoolArena.allocate",
          "io/netty/buffer/PooledByteBufAllocator.newDirectBuffer",
          "io/netty/buffer/PooledByteBufAllocator.newHeapBuffer",
          "io/netty/buffer/PooledByteBuf.deallocate",
          "io/netty/util/concurrent/DefaultPromise.notifyListeners");

  private static final String COMMANDS = "com.sun.management:type=DiagnosticCommand";
  private static final String INTERNAL = "com.sun.management.internal.";

  private static final Logger log = LoggerFactory.getLogger(InliningLimits.class);

  private InliningLimits() {}

  /**
   * Takes effect for what is compiled from now on. May take a tenth of a second: for a program that
   * is ready, and a thread that may wait. A JVM that cannot be told goes without.
   *
   * @param more methods beside {@link #SHARED}
   */
  public static void apply(List<String> more) {
    String methods =
        Stream.concat(SHARED.stream(), more.stream())
            .map(method -> "\"-" + method + "\"")
            .collect(Collectors.joining(",\n"));
    try {
      Path file = Files.createTempFile("inlining-", ".json");
      try {
        Files.writeString(file, "[{match: \"*.*\", c2: {inline: [\n" + methods + "]}}]\n");
        log.debug("limits of inlining: {}", add(file));
      } finally {
        Files.delete(file);
      }
    } catch (IOException | JMException | RuntimeException e) {
      log.debug("no limits of inlining: {}", e.toString());
    }
  }

  private static Object add(Path file) throws JMException {
    try {
      return addDirectly(file);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      log.debug("limits of inlining by JMX: {}", e.toString());
      return ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName(COMMANDS),
              "compilerDirectivesAdd",
              new Object[] {new String[] {file.toString()}},
              new String[] {String[].class.getName()});
    }
  }

  /**
   * What is behind JMX, without its two hundred classes, 2 MiB and a tenth of a second. Needs that
   * {@code jdk.management} opens its inside to us, as launchers and jars ask it to.
   */
  private static Object addDirectly(Path file) throws ReflectiveOperationException {
    // Its initialization loads the native code.
    Class.forName(INTERNAL + "PlatformMBeanProviderImpl");
    Class<?> commands = Class.forName(INTERNAL + "DiagnosticCommandImpl");
    Method get = commands.getDeclaredMethod("getDiagnosticCommandMBean");
    get.setAccessible(true);
    Method execute = commands.getDeclaredMethod("executeDiagnosticCommand", String.class);
    execute.setAccessible(true);
    return execute.invoke(get.invoke(null), "Compiler.directives_add \"" + file + "\"");
  }
}
