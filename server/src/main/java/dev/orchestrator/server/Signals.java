package dev.orchestrator.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Objects;

/**
 * Signals of the operating system. Java has them only in a package outside its standard, {@code
 * sun.misc} of module {@code jdk.unsupported}, so it is reached by reflection: what is missing in
 * another Java is reported when it is used, not when this is compiled. Stateless.
 */
final class Signals {
  private Signals() {}

  /**
   * Runs an action whenever the process gets a signal, on a thread of its own.
   *
   * @param name without SIG, for example {@code HUP}
   * @throws IllegalStateException this Java has no signals
   */
  @SuppressWarnings("ReferenceEquality") // a proxy's equals must not ask the proxy
  static void on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object runs =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      Thread.ofPlatform().daemon().name("signal " + name).start(action);
                      yield null;
                    }
                    case "equals" -> proxy == Objects.requireNonNull(arguments)[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "on " + name;
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), runs);
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new IllegalStateException("cannot handle signal " + name + " in this Java", e);
    }
  }
}
