package dev.orchestrator.bench;

/**
 * A contender and where its classes are. Immutable.
 *
 * @param name short, for reports
 * @param className of its {@link Contender}
 * @param classPath of its processes
 */
record Library(String name, String className, String classPath) {}
