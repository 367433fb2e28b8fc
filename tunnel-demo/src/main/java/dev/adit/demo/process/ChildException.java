package dev.adit.demo.process;

import java.util.List;

/** A child that ended, or never became ready; carries the end of what it logged. */
public final class ChildException extends Exception {
  private static final long serialVersionUID = 1;

  private final String childName;
  private final transient List<String> logTail;

  ChildException(String childName, String what, List<String> logTail) {
    super(childName + " " + what);
    this.childName = childName;
    this.logTail = List.copyOf(logTail);
  }

  /** The name of the child. */
  public String childName() {
    return childName;
  }

  /** The last lines the child logged, oldest first. */
  public List<String> logTail() {
    return logTail;
  }
}
