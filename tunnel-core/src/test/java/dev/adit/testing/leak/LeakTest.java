package dev.adit.testing.leak;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.container;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import net.jqwik.api.Example;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

final class LeakTest {
  @Test
  void leakedBufferFailsItsTestClassAndTellsWhoTouchedIt() {
    run("junit-jupiter", Leaking.class)
        .assertThatEvents()
        .haveExactly(1, event(container(Leaking.class), finishedWithFailure(naming("in a test"))));
  }

  @Test
  void bufferLeakedInANestedClassFailsTheOuterOne() {
    run("junit-jupiter", LeakingInside.class)
        .assertThatEvents()
        .haveExactly(
            1, event(container(LeakingInside.class), finishedWithFailure(naming("inside"))));
  }

  @Test
  void bufferLeakedInAPropertyFailsTheProperty() {
    run("jqwik", LeakingProperty.class)
        .assertThatEvents()
        .haveExactly(1, event(test("property"), finishedWithFailure(naming("in a property"))));
  }

  @Test
  void releasedBufferFailsNothing() {
    run("junit-jupiter", Releasing.class).failed().assertStatistics(failed -> failed.failed(0));
    run("junit-jupiter", Releasing.class).succeeded().assertStatistics(s -> s.succeeded(3));
  }

  private static Events run(String engine, Class<?> testClass) {
    return EngineTestKit.engine(engine)
        .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
        .configurationParameter("jqwik.database", "target/jqwik-database")
        .configurationParameter("jqwik.reporting.usejunitplatform", "true")
        .selectors(selectClass(testClass))
        .execute()
        .allEvents();
  }

  private static Condition<Throwable> naming(String hint) {
    return message(text -> text.startsWith("LEAK: ByteBuf") && text.contains(hint));
  }

  private static ByteBuf newBuffer() {
    return PooledByteBufAllocator.DEFAULT.directBuffer(16);
  }

  static final class Leaking {
    @Test
    void test() {
      newBuffer().touch("in a test");
    }
  }

  static final class LeakingInside {
    @Nested
    final class Inside {
      @Test
      void test() {
        newBuffer().touch("inside");
      }
    }
  }

  static final class LeakingProperty {
    @Example
    void property() {
      newBuffer().touch("in a property");
    }
  }

  static final class Releasing {
    @Test
    void test() {
      newBuffer().touch("in a good test").release();
    }
  }
}
