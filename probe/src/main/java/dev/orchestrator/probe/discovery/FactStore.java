package dev.orchestrator.probe.discovery;

import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.util.Collection;
import java.util.List;

/** Where discovery keeps facts between runs, and where people's seeds come from. Thread-safe. */
interface FactStore {
  List<Instance> load();

  List<InstanceKey> seeds();

  void save(Collection<Instance> instances);

  void delete(InstanceKey key);

  static FactStore in(Database database) {
    return new FactStore() {
      @Override
      public List<Instance> load() {
        return database.instances().all();
      }

      @Override
      public List<InstanceKey> seeds() {
        return database.seeds().all();
      }

      @Override
      public void save(Collection<Instance> instances) {
        database.instances().save(instances);
      }

      @Override
      public void delete(InstanceKey key) {
        database.instances().delete(key);
      }
    };
  }
}
