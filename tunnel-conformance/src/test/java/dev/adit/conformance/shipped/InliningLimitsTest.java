package dev.adit.conformance.shipped;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.app.AgentProcess;
import dev.adit.core.process.InliningLimits;
import dev.adit.server.app.ServerProcess;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The compiler is told of methods that there are. */
final class InliningLimitsTest {
  static Stream<String> methods() {
    return Stream.of(InliningLimits.SHARED, ServerProcess.BUSY, AgentProcess.BUSY)
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void methodsAreThere(String method) throws ClassNotFoundException {
    int dot = method.lastIndexOf('.');
    String name = method.substring(dot + 1).replace("*", "");
    boolean begins = method.endsWith("*");
    Class<?> type =
        Class.forName(
            method.substring(0, dot).replace('/', '.'), false, getClass().getClassLoader());
    assertTrue(
        Arrays.stream(type.getDeclaredMethods())
            .anyMatch(
                each -> begins ? each.getName().startsWith(name) : each.getName().equals(name)),
        () -> type + " has no method of its own " + name);
  }

  @Test
  void hotSpotUnderstandsThem() throws JMException {
    InliningLimits.apply(List.of());
    String directives = command("compilerDirectivesPrint");
    command("compilerDirectivesRemove");
    for (String method : InliningLimits.SHARED) {
      assertTrue(directives.contains("-" + method), () -> method + " in " + directives);
    }
    assertEquals(-1, command("compilerDirectivesPrint").indexOf(InliningLimits.SHARED.get(0)));
  }

  private static String command(String name) throws JMException {
    return (String)
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                name,
                new Object[0],
                new String[0]);
  }
}
