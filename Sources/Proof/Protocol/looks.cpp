// Late effects: a target that takes effect after its settling time, after a worker gave up, or by a worker that was
// frozen before it sent. One step of version 1 is made under one key; whatever was in doubt is looked at again after the
// handoff closed, and a second thing under the key is removed, while version 2 of the lane runs and takes up things that
// it sees, and while a cancellation may take version 1 back. Ids 0, 1 and 2 are the things in the order of their coming.
#include "engine.hpp"

enum Bug { FIXED, NO_LOOKS, REMOVES_RECEIPT, NO_LANE_LOCK, UNJOURNALLED, NO_TOKEN, NO_READBACK, IGNORES_USE, TAKES_REMOVED,
           LOOKS_WHILE_OPEN, NO_INCIDENT, LAST_LOOK_FIRST };
static const char *bugNames[] = {"none", "no-looks", "removes-receipt", "no-lane-lock", "unjournalled", "no-token", "no-readback",
  "ignores-use", "takes-removed", "looks-while-open", "no-incident", "one-look"};

struct Config { int late = 2, lost = 1, zombie = 1, crash = 1, refuse = 1, cancel = 1, rounds = 2; Bug bug = FIXED; };

struct Model {
  enum V1 : uint8_t { INTENT, OPEN, CLOSED, CANCELLING, CANCELLED };
  enum L : uint8_t { NONE, WAITING, DUE, RUNNING, DONE };
  enum W : uint8_t { IDLE, TAKEN, DECIDED, CALLING, ANSWERED, READ };
  struct Worker { uint8_t phase, current, found, copy, result; };
  // things: which ids are at the target; came: how many ever came; receipt: the id on version 1's receipt + 1;
  // used: the id that version 2 has taken up + 1; saw: what version 2 is about to take up + 1; late: effects on their way
  struct State { uint8_t v1, receipt, things, came, late, used, saw, look, round, removed, incident, lateRemoval,
    lost, zombie, crash, refuse, cancel; Worker w[2]; };
  Config c; bool labels = false; std::string label;
  static constexpr int bit(int id) { return 1 << id; }

  State initial() { State s; memset(&s, 0, sizeof s); s.v1 = INTENT; s.late = c.late; s.lost = c.lost; s.zombie = c.zombie; s.crash = c.crash;
    s.refuse = c.refuse; s.cancel = c.cancel; s.look = c.bug == NO_LOOKS ? NONE : WAITING; return s; }

  const char *invariant(const State &s) {
    if (s.receipt && s.v1 < CANCELLING && !(s.things & bit(s.receipt - 1))) return "the thing on the receipt was removed";
    if (s.used && !(s.things & bit(s.used - 1)) && !(s.v1 >= CANCELLING && s.used == s.receipt)) return "a thing that a later version uses was removed";
    return nullptr; }
  // At rest: every effect came before the last look asked, and each thing but the receipt's is gone, used or told.
  bool settled(const State &s) {
    for (auto &w : s.w) if (w.phase != IDLE) return false;
    if (s.v1 == INTENT || s.v1 == OPEN || s.v1 == CANCELLING) return false;
    if (s.look != DONE) return false;
    int extra = s.things; if (s.receipt && s.v1 != CANCELLED) extra &= ~bit(s.receipt - 1);
    return !(extra & ~s.incident); }
  // What the looks rest on: nothing comes after the last of them has asked.
  bool mayStillCome(const State &s) const {
    if (s.look == DONE) return false;
    for (auto &w : s.w) if (w.phase == READ && w.current && s.round + 1 >= c.rounds) return false;
    return true; }
  std::string describe(const State &s) { return "things " + std::to_string(s.things) + ", receipt " + std::to_string(s.receipt - 1) + ", told of " + std::to_string(s.incident); }

  template <class F> void next(const State &s, F emit) {
    State t;
    auto go = [&](const State &t, bool fault, const char *bad, const char *l) { if (labels) label = l; emit(t, fault, bad); };
    auto come = [&](State &t) { t.things |= bit(t.came); t.came++; };
    // --- version 1: the call is made, or ends without an answer, is read back and made again
    if (s.v1 == INTENT) {
      if (s.came < 3) { t = s; come(t); t.receipt = t.came; t.v1 = OPEN; go(t, false, nullptr, "version 1: the call is answered, done"); }
      for (int id = 0; id < 3; id++) if (s.things & bit(id)) { t = s; t.receipt = id + 1; t.v1 = OPEN; go(t, false, nullptr, "version 1: read-back finds one, done"); break; }
    }
    if (s.v1 == OPEN) { t = s; t.v1 = CLOSED; if (t.look == WAITING) t.look = DUE; go(t, false, nullptr, "version 1 closes; its look falls due later"); }
    // --- late effects of calls that were given up: at any moment, also after the handoff closed
    if (s.late && s.came < 3 && mayStillCome(s)) { t = s; t.late--; come(t); go(t, true, nullptr, "a call that was given up takes effect now"); }
    // --- version 2 runs in the lane and takes up a thing that it sees: looks, then commits under the lane lock
    if (s.v1 == CLOSED && !s.used && !s.saw) for (int id = 0; id < 3; id++) if (s.things & bit(id)) { t = s; t.saw = id + 1; go(t, true, nullptr, "version 2 sees a thing that it might go on with"); }
    if (s.saw) { bool forbidden = c.bug != TAKES_REMOVED && (s.removed & bit(s.saw - 1)); bool gone = !(s.things & bit(s.saw - 1));
      t = s; if (!forbidden && !gone) t.used = s.saw; t.saw = 0; go(t, false, nullptr, forbidden ? "version 2 is refused a thing that is being removed" : "version 2 commits that it uses it"); }
    // --- a cancellation takes version 1 back by its receipt; looks wait meanwhile
    if (s.cancel && s.v1 == CLOSED && !s.used && !s.saw) { t = s; t.cancel--; t.v1 = CANCELLING; if (t.look == DUE) t.look = WAITING; go(t, true, nullptr, "a cancellation begins"); }
    if (s.v1 == CANCELLING) { t = s; if (s.receipt) t.things &= ~bit(s.receipt - 1); t.v1 = CANCELLED; if (t.look == WAITING) t.look = DUE; go(t, false, nullptr, "the cancellation removes what is on the receipt"); }
    // --- the look
    for (int i = 0; i < 2; i++) {
      const Worker &w = s.w[i]; bool current = w.current || c.bug == NO_TOKEN;
      bool mayLook = s.look == DUE || (c.bug == LOOKS_WHILE_OPEN && s.look == WAITING);
      if (w.phase == IDLE && mayLook) { t = s; t.look = RUNNING; for (auto &o : t.w) o.current = 0; t.w[i] = Worker{TAKEN, 1, 0, 0, 0}; go(t, false, nullptr, "commit lease on the look, token+1"); }
      if (w.phase != IDLE && s.crash) { t = s; t.crash--; t.w[i] = Worker{}; if (w.current) t.look = DUE; go(t, true, nullptr, "the looking worker dies; its lease ends"); }
      if (w.phase != IDLE && w.current && s.zombie) { t = s; t.zombie--; t.look = DUE; t.w[i].current = 0; go(t, true, nullptr, "the lease ends under a worker that is frozen"); }
      switch (w.phase) {
      case TAKEN: t = s; t.w[i].found = s.things; t.w[i].phase = READ; go(t, false, nullptr, "asks the target for everything under the key"); break;
      case READ: { // one transaction, under the lane lock and the handoff's
        if (!current) { t = s; t.w[i] = Worker{}; go(t, false, nullptr, "fenced off"); break; }
        int copies = w.found; if (s.receipt && s.v1 != CANCELLED && c.bug != REMOVES_RECEIPT) copies &= ~bit(s.receipt - 1);
        if (c.bug == REMOVES_RECEIPT && (copies & (copies - 1)) == 0) copies = 0;
        copies &= ~s.incident;
        if (s.v1 == CANCELLING || (s.v1 < CLOSED && c.bug != LOOKS_WHILE_OPEN)) { t = s; t.look = WAITING; t.w[i] = Worker{}; go(t, false, nullptr, "a cancellation came: the look waits"); break; }
        if (!copies) { t = s; t.w[i] = Worker{}; t.round++; t.look = t.round < c.rounds && c.bug != LAST_LOOK_FIRST ? DUE : DONE; go(t, false, nullptr, "commit the look's outcome: nothing, or nothing more"); break; }
        int id = c.bug == REMOVES_RECEIPT && s.receipt && (copies & bit(s.receipt - 1)) ? s.receipt - 1 : copies & 1 ? 0 : copies & 2 ? 1 : 2;
        bool inUse = s.used == id + 1 && c.bug != IGNORES_USE;
        if (inUse) { t = s; if (c.bug != NO_INCIDENT) t.incident |= bit(id); else { t.w[i] = Worker{}; t.look = DONE; t.round = c.rounds; go(t, false, nullptr, "commit: it is in use, nobody told"); break; } t.w[i].phase = READ; go(t, false, nullptr, "commit an incident with both ids: something stands on it"); break; }
        if (c.bug == NO_LANE_LOCK) { t = s; t.w[i].copy = id; t.w[i].phase = DECIDED; go(t, false, nullptr, "reads that nothing stands on the copy"); break; }
        t = s; t.w[i].copy = id; t.w[i].phase = CALLING; if (c.bug != UNJOURNALLED) t.removed |= bit(id);
        go(t, false, nullptr, "commit under the lane lock: the removal of a copy is announced"); break; }
      case DECIDED: t = s; t.w[i].phase = CALLING; t.removed |= bit(w.copy); go(t, false, nullptr, "commits the removal, without having kept the lane"); break;
      case CALLING:
        t = s; t.things &= ~bit(w.copy); t.w[i].phase = ANSWERED; go(t, false, nullptr, "removes the copy, answered");
        if (s.lost) { t = s; t.lost--; t.w[i].phase = ANSWERED; go(t, true, nullptr, "the removal had no effect, answer lost");
          t = s; t.lost--; t.things &= ~bit(w.copy); t.w[i].phase = ANSWERED; go(t, true, nullptr, "the removal took effect, answer lost");
          if (!s.lateRemoval) { t = s; t.lost--; t.lateRemoval = w.copy + 1; t.w[i].phase = ANSWERED; go(t, true, nullptr, "the removal timed out, the target is still at it"); } }
        if (s.refuse) { t = s; t.refuse--; t.w[i].phase = ANSWERED; t.w[i].result = 1; go(t, true, nullptr, "the target will not remove it: something stands on it"); }
        break;
      case ANSWERED: // whatever was answered: an incident where it was refused, read back otherwise
        if (!current) { t = s; t.w[i] = Worker{}; go(t, false, nullptr, "fenced off"); break; }
        if (w.result) { t = s; t.incident |= bit(w.copy); t.look = DUE; t.w[i] = Worker{}; go(t, false, nullptr, "commit an incident with both ids: it cannot be removed"); break; }
        if (c.bug == NO_READBACK) { t = s; t.round = c.rounds; t.look = DONE; t.w[i] = Worker{}; go(t, false, nullptr, "commits the copy as removed, unseen"); break; }
        t = s; t.look = DUE; t.w[i] = Worker{}; go(t, false, nullptr, "the look is due again, to read back"); break;
      }
    }
    if (s.lateRemoval) { t = s; t.things &= ~bit(s.lateRemoval - 1); t.lateRemoval = 0; go(t, false, nullptr, "the removal takes effect late");
      t = s; t.lateRemoval = 0; go(t, false, nullptr, "the removal never took effect"); }
  }
};

static int explore(Bug bug, Config c, uint64_t max) {
  Model m; m.c = c; m.c.bug = bug; printf("looks%s%s\n", bug ? ", planted " : ", as decided", bug ? bugNames[bug] : ""); fflush(stdout);
  Explorer<Model> e(m, max, true); return e.run();
}
int main(int argc, char **argv) {
  int failed = 0; bool full = argc > 1 && !strcmp(argv[1], "full"); Config c; if (full) { c.lost = 2; c.crash = 2; c.rounds = 3; }
  failed += explore(FIXED, c, 8000000) != 0;
  for (int b = 1; b < (int)(sizeof bugNames / sizeof *bugNames); b++) if (explore((Bug)b, Config(), 8000000) == 0) { failed++; printf("  NOT CAUGHT\n"); }
  printf("%s\n", failed ? "NOT AS EXPECTED" : "as decided: all hold; planted bugs: all caught"); return failed;
}
