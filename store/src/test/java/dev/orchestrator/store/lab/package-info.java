/** Databases for tests: SQLite files, and a real MySQL server. */
package dev.orchestrator.store.lab;
