package dev.orchestrator.store.log;

import dev.orchestrator.store.sql.StoreException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * What is said when the log in this folder fails, and what is to be done then. Immutable.
 *
 * @param folder of the log
 */
record LogFailures(Path folder) {
  /** What is there is not what was written. */
  DamagedLogException damaged(String what, @Nullable Exception cause) {
    String message =
        "the Raft log in "
            + folder
            + " is damaged ("
            + what
            + "); nothing was removed. Keep a copy, empty the folder and let the leader bring"
            + " this member up to date";
    return new DamagedLogException(message, cause);
  }

  StoreException opening(RocksDBException e) {
    Status status = e.getStatus();
    String message = String.valueOf(e.getMessage());
    if (status != null && status.getCode() == Status.Code.IOError && message.contains("lock")) {
      return new StoreException(
          "the Raft log in " + folder + " is in use by another process; two must not share it", e);
    }
    if (status != null && status.getCode() == Status.Code.Corruption) {
      return damaged("it does not open", e);
    }
    return new StoreException("cannot open the Raft log in " + folder, e);
  }

  StoreException reading(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getCode() == Status.Code.Corruption
        ? damaged("a file's checksum does not match", e)
        : new StoreException("cannot read the Raft log in " + folder, e);
  }

  /** The bytes behind their checksum. */
  byte[] unseal(byte[] sealed, String what) {
    byte[] bytes = LogFormat.unseal(sealed);
    if (bytes == null) {
      throw damaged("the checksum of its " + what + " does not match", null);
    }
    return bytes;
  }
}
