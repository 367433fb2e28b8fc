package dev.adit.core.process;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why a file could not be read or written, in words for who must mend it. */
public final class FileFailure {
  private FileFailure() {}

  /** One line; the message of a FileSystemException alone is often nothing but the path. */
  public static String text(IOException e) {
    if (!(e instanceof FileSystemException failure) || failure.getReason() != null) {
      return String.valueOf(e.getMessage());
    }
    return failure.getFile() + ": " + reason(failure);
  }

  private static String reason(FileSystemException failure) {
    if (failure instanceof AccessDeniedException) {
      return "permission denied; give the user '"
          + System.getProperty("user.name")
          + "' the right to it, or name another";
    }
    if (failure instanceof NoSuchFileException) {
      return "there is no such file or directory";
    }
    if (failure instanceof NotDirectoryException) {
      return "this is no directory";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "there is a file of this name already";
    }
    if (failure instanceof DirectoryNotEmptyException) {
      return "this directory is not empty";
    }
    return failure.getClass().getSimpleName();
  }
}
