package dev.orchestrator.raft.core;

/**
 * The paper's three roles (§5.1), with the candidate's pre-vote phase (thesis §9.6) named apart.
 */
public enum RoleName {
  FOLLOWER,
  PRE_CANDIDATE,
  CANDIDATE,
  LEADER
}
