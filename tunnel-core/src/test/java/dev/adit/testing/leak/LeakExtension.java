package dev.adit.testing.leak;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Looks for leaks after each top-level class of JUnit tests. */
public final class LeakExtension implements AfterAllCallback {
  @Override
  public void afterAll(ExtensionContext context) {
    boolean nested = context.getParent().flatMap(ExtensionContext::getTestClass).isPresent();
    if (!nested) {
      LeakLog.INSTANCE.assertEmpty();
    }
  }
}
