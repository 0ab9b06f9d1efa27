// The handoff protocol: events, tickets, leases with fencing, steps with intent and outcome, lanes, cancellation, sweeper,
// support. Each transition is one PostgreSQL transaction, one AMQP operation or one call to a target. A worker may die
// between any two of them. Clocks are abstracted: a due time may pass at any moment.
#include "engine.hpp"
#include <algorithm>

enum St : uint8_t { NONE, BEHIND, READY, RUNNING, WAITING, PARKED, FINISHED, COMPENSATED, STOPPED, DISCARDED, STALE, ABSENT };
enum Sp : uint8_t { S_NONE, S_INTENT, S_DONE, S_UNDOING, S_UNDONE, S_KEPT };
enum Ph : uint8_t { IDLE, E_GOT, E_ACK, T_GOT, RUN, INTENT, RES, PUB, CLOSING, ACK };
enum Rs : uint8_t { OK, REFUSED, UNKNOWN, FOUND_DONE, FOUND_NONE };
enum Bug { FIXED, ACK_FIRST, NO_FENCING, LANE_EARLY, RELEASE_APART, SWEEP_KEEPS_LEASE, STEAL, NO_READBACK, GUESS, NO_SETTLE, LATE_SEND,
           TOKEN_ONLY, BLIND_SUPPORT, WRONG_QUEUE, NO_SWEEPER, FORWARD_UNDO, NO_STALE, NO_DEDUP, DISCARD_IN_DOUBT, WITHDRAW_SENT };
static const char *bugNames[] = {"none", "ack-first", "no-fencing", "lane-early", "release-apart", "sweep-keeps-lease", "steal", "no-readback", "guess",
  "no-settle", "late-send", "token-only", "blind-support", "wrong-queue", "no-sweeper", "forward-undo", "no-stale", "no-dedup", "discard-in-doubt", "withdraw-sent"};
static const char *stNames[] = {"none", "behind", "ready", "running", "waiting", "parked", "finished", "compensated", "stopped", "discarded", "stale", "absent"};
static const char *spNames[] = {"-", "intent", "done", "undoing", "undone", "kept"};
static const char *hName[] = {"A1", "A2", "A3", "B1"};

struct Config { int present[4] = {1, 1, 1, 1}; int cancel = 2; int perStage = 2; int workers = 2; bool remembers = false; Bug bug = FIXED;
  int crash = 1, zombie = 1, dup = 1, lose = 1, amb = 1, ref = 1, sup = 1, wipe = 0; };

struct Model {
  struct W { uint32_t ph : 4, h : 2, cur : 1, q : 1, has : 1, g : 2, k : 2, dir : 1, res : 3, late : 1, pub : 3, pubq : 1, pad : 10; };
  struct H { uint8_t st : 4, dir : 1, inc : 2, pad0 : 1; uint8_t q : 1, pend : 4, pad : 3; uint8_t eff; uint8_t sp01, sp23; };
  struct State { W w[3]; H h[4]; uint8_t ev, tk[2], seen; uint16_t budget; uint8_t pad[2]; };
  enum B { CRASH, ZOMBIE, DUP, LOSE, AMB, REF, SUP, WIPE };
  Config c; bool labels = false; std::string label;

  static int get(const State &s, B b) { return (s.budget >> (2 * b)) & 3; }
  static void spend(State &s, B b) { s.budget -= 1u << (2 * b); }
  static int ev(const State &s, int e) { return (s.ev >> (2 * e)) & 3; }
  static void addEv(State &s, int e, int d) { int v = ev(s, e) + d; if (v > 2) v = 2; s.ev = (uint8_t)((s.ev & ~(3 << (2 * e))) | (v << (2 * e))); }
  static int tk(const State &s, int q, int h) { return (s.tk[q] >> (2 * h)) & 3; }
  static void addTk(State &s, int q, int h, int d) { int v = tk(s, q, h) + d; if (v > 2) v = 2; s.tk[q] = (uint8_t)((s.tk[q] & ~(3 << (2 * h))) | (v << (2 * h))); }
  static int eff(const State &s, int h, int k) { return (s.h[h].eff >> (2 * k)) & 3; }
  static void setEff(State &s, int h, int k, int v) { s.h[h].eff = (uint8_t)((s.h[h].eff & ~(3 << (2 * k))) | (v << (2 * k))); }
  static int sp(const State &s, int h, int k) { uint8_t b = k < 2 ? s.h[h].sp01 : s.h[h].sp23; return (b >> (4 * (k & 1))) & 15; }
  static void setSp(State &s, int h, int k, int v) { uint8_t &b = k < 2 ? s.h[h].sp01 : s.h[h].sp23; int sh = 4 * (k & 1); b = (uint8_t)((b & ~(15 << sh)) | (v << sh)); }
  int steps() const { return 2 * c.perStage; }
  int stage(int k) const { return k / c.perStage; }
  static int lo(int h) { return h < 3 ? 0 : 3; }
  static int hi(int h) { return h < 3 ? 2 : 3; }
  static bool active(int st) { return st >= READY && st <= PARKED; }
  static bool closed(int st) { return st >= FINISHED && st <= STALE; }
  bool isCancel(int h) const { return h == c.cancel; }
  bool beyond(const State &s, int h) const { return !isCancel(h) && sp(s, h, steps() - 1) != S_NONE && s.h[h].dir == 0; }

  State initial() {
    State s; memset(&s, 0, sizeof s);
    for (int h = 0; h < 4; h++) if (c.present[h]) addEv(s, h, 1); else s.h[h].st = ABSENT;
    int b[8] = {c.crash, c.zombie, c.dup, c.lose, c.amb, c.ref, c.sup, c.wipe};
    for (int i = 0; i < 8; i++) s.budget |= (uint16_t)(b[i] << (2 * i));
    return s;
  }

  enum D { DO, JUDGE_DO, UNDO, JUDGE_UNDO, CLOSE };
  struct Directive { D d; int g, k; St end; };
  Directive undoOf(const State &s, int g, bool &found) const {
    found = true;
    for (int i = 0; i < steps(); i++) {
      int k = c.bug == FORWARD_UNDO ? i : steps() - 1 - i; int x = sp(s, g, k);
      if (x == S_INTENT) return {c.bug == GUESS ? UNDO : JUDGE_DO, g, k, NONE};
      if (x == S_DONE) return {UNDO, g, k, NONE};
      if (x == S_UNDOING) return {JUDGE_UNDO, g, k, NONE};
    }
    found = false; return {CLOSE, g, 0, COMPENSATED};
  }
  // What the rows say comes next: a pure function.
  Directive directive(const State &s, int h) const {
    bool found;
    if (isCancel(h)) {
      for (int g = h - 1; g >= lo(h); g--) { if (s.h[g].st == ABSENT) continue; auto d = undoOf(s, g, found); if (found) return d; }
      return {CLOSE, h, 0, FINISHED};
    }
    if (s.h[h].dir) return undoOf(s, h, found);
    for (int k = 0; k < steps(); k++) {
      int x = sp(s, h, k); if (x == S_NONE) return {DO, h, k, NONE}; if (x == S_INTENT) return {JUDGE_DO, h, k, NONE};
    }
    return {CLOSE, h, 0, FINISHED};
  }
  int queueOf(const State &s, int h) const { auto d = directive(s, h); return d.d == CLOSE ? s.h[h].q : stage(d.k); }
  // Next of the lane, in the transaction that closed its predecessor (or admitted a newcomer). Returns it, or -1.
  int advance(State &s, int h) const {
    for (int g = lo(h); g <= hi(h); g++) if (active(s.h[g].st) && !(c.bug == LANE_EARLY && s.h[g].dir)) return -1;
    for (int g = lo(h); g <= hi(h); g++) if (s.h[g].st == BEHIND) { s.h[g].st = READY; s.h[g].q = queueOf(s, g); return g; }
    return -1;
  }
  bool owner(const State &s, const W &w) const { return c.bug == NO_FENCING || (w.cur && (c.bug == TOKEN_ONLY || s.h[w.h].st == RUNNING)); }

  const char *create(State &s, int g, int k) const {
    int e = eff(s, g, k);
    if (c.remembers) { if (e) return nullptr; } else if (e == 1) return "a key took effect twice";
    for (int j = 0; j < k; j++) if (eff(s, g, j) != 1) return "a step took effect before the one in front of it";
    for (int x = lo(g); x <= hi(g); x++) {
      if (x < g && active(s.h[x].st)) return "versions overlap: an effect while an earlier version is open";
      if (x > g) for (int j = 0; j < steps(); j++) if (sp(s, x, j) != S_NONE) return "versions swap: an effect after a later version began";
    }
    setEff(s, g, k, 1); return nullptr;
  }
  const char *undo(State &s, int g, int k) const {
    if (eff(s, g, k) == 0) return "undone although never done";
    for (int x = g; x <= hi(g); x++) for (int j = 0; j < steps(); j++)
      if ((x > g || j > k) && eff(s, x, j) == 1 && sp(s, x, j) != S_KEPT) return "compensation out of reverse order";
    setEff(s, g, k, 2); return nullptr;
  }

  const char *invariant(const State &s) const {
    int act = 0;
    for (int h = 0; h < 4; h++) {
      const H &r = s.h[h]; if (r.st == ABSENT) continue;
      if (r.st == NONE) { bool held = ev(s, h) > 0; for (int i = 0; i < c.workers; i++) held |= s.w[i].ph == E_GOT && s.w[i].h == h && s.w[i].has;
        if (!held) return "conservation: an event is neither queued nor recorded"; }
      if ((r.st == PARKED) != (r.inc == 1)) return r.inc > 1 ? "two open incidents for one cause" : "parked without an open incident, or an incident on what is not parked";
      if (h < 3 && active(r.st)) act++;
      for (int k = 0; k < steps(); k++) {
        int x = sp(s, h, k), e = eff(s, h, k);
        if (x == S_NONE && e == 1) return "an effect without a record";
        if (x == S_DONE && e != 1) return "a record without its effect";
        if (x == S_UNDONE && e == 1) return "recorded as undone, but it exists";
        if (r.st == FINISHED && !isCancel(h) && (x == S_NONE || x == S_INTENT)) return "finished with a step missing";
        if (r.st == COMPENSATED && x != S_NONE && x != S_UNDONE) return "compensated with a step left";
        if (h < c.cancel && c.cancel >= 0 && s.h[c.cancel].st == FINISHED && h < 3 && e == 1 && x != S_KEPT) return "cancelled, but an effect is left";
      }
    }
    if (act > 1) return "two versions of one opportunity open at once";
    return nullptr;
  }
  bool settled(const State &s) const {
    for (int i = 0; i < c.workers; i++) if (s.w[i].ph != IDLE) return false;
    if (s.ev) return false;
    for (int h = 0; h < 4; h++) { int st = s.h[h].st; if (st == ABSENT || closed(st) || st == PARKED) continue;
      if (st == BEHIND) { bool ok = false; for (int g = lo(h); g <= hi(h); g++) ok |= s.h[g].st == PARKED; if (ok) continue; }
      return false; }
    return true;
  }
  std::string describe(const State &s) const {
    std::string o;
    for (int h = 0; h < 4; h++) {
      if (s.h[h].st == ABSENT) continue;
      o += std::string(hName[h]) + "=" + stNames[s.h[h].st] + "[";
      for (int k = 0; k < steps(); k++) o += std::string(k ? " " : "") + spNames[sp(s, h, k)];
      o += "] ";
    }
    return o;
  }

  template <class F> void next(const State &s, F emit) {
    auto go = [&](State t, bool fault, const char *bad, auto... a) {
      if (labels) { char b[200]; snprintf(b, sizeof b, a...); label = b; }
      std::sort((uint32_t *)t.w, (uint32_t *)t.w + c.workers); emit(t, fault, bad);
    };
    auto idle = [&](State &t, int i) { memset(&t.w[i], 0, sizeof(W)); };
    // --- workers
    for (int i = 0; i < c.workers; i++) {
      if (i && !memcmp(&s.w[i], &s.w[i - 1], sizeof(W))) continue;
      const W &w = s.w[i]; int h = w.h;
      auto publishThenAck = [&](State &t, int g) { if (g < 0) t.w[i].ph = ACK; else { t.w[i].ph = PUB; t.w[i].pub = g + 1; t.w[i].pubq = t.h[g].q; } };
      if (w.ph != IDLE && get(s, CRASH)) {
        State t = s; spend(t, CRASH); if (w.has) { if (w.ph == E_GOT || w.ph == E_ACK) addEv(t, w.g, 1); else if (w.res == 7) addEv(t, w.g, 1); else addTk(t, w.q, w.h, 1); }
        idle(t, i); go(t, true, nullptr, "worker dies holding %s", hName[h]);
      }
      switch (w.ph) {
      case IDLE:
        for (int e = 0; e < 4; e++) if (ev(s, e)) { State t = s; addEv(t, e, -1); idle(t, i); t.w[i].ph = E_GOT; t.w[i].h = e; t.w[i].g = e; t.w[i].has = c.bug != ACK_FIRST;
          go(t, false, nullptr, "deliver event %s", hName[e]); }
        for (int q = 0; q < 2; q++) for (int g = 0; g < 4; g++) if (tk(s, q, g)) { State t = s; addTk(t, q, g, -1); idle(t, i); t.w[i].ph = T_GOT; t.w[i].h = g; t.w[i].q = q; t.w[i].has = 1;
          go(t, false, nullptr, "deliver ticket %s on queue %d", hName[g], q + 1); }
        break;
      case E_GOT: { // intake, one transaction under the lane lock
        State t = s; W &v = t.w[i]; int g = -1; const char *what = "duplicate"; v.ph = E_ACK;
        if (s.h[h].st == NONE || (c.bug == NO_DEDUP && s.h[h].st == FINISHED)) {
          if (c.bug == NO_DEDUP) t.h[h].sp01 = t.h[h].sp23 = 0;
          bool stale = false; for (int x = h + 1; x <= hi(h); x++) stale |= s.h[x].st != NONE && s.h[x].st != BEHIND && s.h[x].st != ABSENT;
          if (c.bug == NO_STALE) stale = false;
          if (stale) { t.h[h].st = STALE; what = "stale"; }
          else {
            what = "admitted"; t.h[h].st = BEHIND;
            // a cancellation closes at once whatever is open in front of it, unless it is past the point of no return
            if (isCancel(h)) for (int x = lo(h); x < h; x++) { H &r = t.h[x]; if (r.st == BEHIND || (active(r.st) && !beyond(t, x))) { r.st = STOPPED; r.inc = 0; } }
            int n = advance(t, h); if (n >= 0) g = n;
          }
        }
        if (g >= 0) { v.ph = PUB; v.pub = g + 1; v.pubq = t.h[g].q; v.res = 7; } // 7: the delivery is an event
        go(t, false, nullptr, "commit intake of %s: %s", hName[h], what); break; }
      case E_ACK: { State t = s; idle(t, i); go(t, false, nullptr, "ack event %s", hName[h]); break; }
      case T_GOT: { // take the lease, one transaction
        State t = s; W &v = t.w[i]; bool mine = (s.h[h].q == w.q || c.bug == WRONG_QUEUE);
        if ((s.h[h].st == READY || (c.bug == STEAL && s.h[h].st == RUNNING)) && mine) {
          t.h[h].st = RUNNING; for (int j = 0; j < c.workers; j++) if (t.w[j].h == h) t.w[j].cur = 0; v.cur = 1; v.ph = RUN;
          go(t, false, nullptr, "commit lease on %s, token+1", hName[h]);
        } else { v.ph = ACK; go(t, false, nullptr, "ticket %s finds %s: nothing to do", hName[h], stNames[s.h[h].st]); }
        break; }
      case RUN: { // one transaction decided by the rows, or a read-back
        if (!owner(s, w)) { State t = s; t.w[i].ph = ACK; go(t, false, nullptr, "fenced off %s", hName[h]); break; }
        auto d = directive(s, h);
        if (d.d == CLOSE) {
          State t = s; t.h[h].st = d.end; int g = -1;
          if (c.bug == RELEASE_APART) t.w[i].ph = CLOSING; else { g = advance(t, h); publishThenAck(t, g); }
          go(t, false, nullptr, "commit %s %s%s%s", hName[h], stNames[d.end], g >= 0 ? ", release " : "", g >= 0 ? hName[g] : ""); break; }
        int q = stage(d.k);
        if (q != w.q && c.bug == WRONG_QUEUE) { go(s, false, "a step run by the wrong worker", "step %d by queue %d", d.k + 1, w.q + 1); break; }
        if (q != w.q) { State t = s; t.h[h].st = READY; t.h[h].q = q; publishThenAck(t, h); go(t, false, nullptr, "commit hand-over of %s to queue %d", hName[h], q + 1); break; }
        if (d.d == DO || d.d == UNDO) { State t = s; setSp(t, d.g, d.k, d.d == DO ? S_INTENT : S_UNDOING); W &v = t.w[i]; v.ph = INTENT; v.g = d.g; v.k = d.k; v.dir = d.d == UNDO; v.late = 0;
          go(t, false, nullptr, "commit intent to %s %s step %d", d.d == DO ? "do" : "undo", hName[d.g], d.k + 1); break; }
        // an open intent: ask the target, but not before it has settled
        bool settle = c.bug != NO_SETTLE && c.bug != STEAL;
        if (settle && d.d == JUDGE_DO && (s.h[d.g].pend >> d.k & 1)) break;
        State t = s; W &v = t.w[i]; v.g = d.g; v.k = d.k; v.late = 0; v.dir = d.d == JUDGE_UNDO;
        if (settle && c.bug != LATE_SEND) for (int j = 0; j < c.workers; j++) if (j != i && t.w[j].ph == INTENT && t.w[j].g == d.g && t.w[j].k == d.k && t.w[j].dir == v.dir) t.w[j].late = 1;
        bool there = eff(s, d.g, d.k) == 1; bool undoing = isCancel(h) || s.h[h].dir;
        if (d.d == JUDGE_UNDO) { if (there) v.ph = INTENT; else { v.ph = RES; v.res = OK; } }
        else if (c.bug == NO_READBACK && !undoing) v.ph = INTENT;
        else if (there) { v.ph = RES; v.res = FOUND_DONE; }
        else if (undoing) { v.ph = RES; v.res = FOUND_NONE; }
        else v.ph = INTENT;
        go(t, false, nullptr, "read back %s step %d: %s", hName[d.g], d.k + 1, there ? "there" : "not there"); break; }
      case INTENT: {
        int g = w.g, k = w.k;
        if (w.late) { State t = s; t.w[i].ph = RES; t.w[i].res = UNKNOWN; go(t, false, nullptr, "deadline of the call passed: %s step %d not sent", hName[g], k + 1); break; }
        // the window may be over before it is sent: the owner withdraws it and announces it anew
        if (owner(s, w)) { State t = s; setSp(t, g, k, w.dir ? S_DONE : S_NONE); t.w[i].ph = RUN; go(t, false, nullptr, "commit withdrawal: %s step %d was not sent in time", hName[g], k + 1); }
        { State t = s; const char *bad = w.dir ? undo(t, g, k) : create(t, g, k); t.w[i].ph = RES; t.w[i].res = OK;
          go(t, false, bad, "call: %s %s step %d, answered", w.dir ? "undo" : "do", hName[g], k + 1); }
        if (get(s, AMB)) {
          { State t = s; spend(t, AMB); const char *bad = w.dir ? undo(t, g, k) : create(t, g, k); t.w[i].ph = RES; t.w[i].res = UNKNOWN;
            go(t, true, bad, "call: %s %s step %d took effect, answer lost", w.dir ? "undo" : "do", hName[g], k + 1); }
          { State t = s; spend(t, AMB); t.w[i].ph = RES; t.w[i].res = UNKNOWN; go(t, true, nullptr, "call: %s step %d had no effect, answer lost", hName[g], k + 1); }
          if (!w.dir && !(s.h[g].pend >> k & 1)) { State t = s; spend(t, AMB); t.h[g].pend |= 1 << k; t.w[i].ph = RES; t.w[i].res = UNKNOWN;
            go(t, true, nullptr, "call: %s step %d timed out, the target is still at it", hName[g], k + 1); }
        }
        if (get(s, REF) && !(eff(s, g, k) == 1 && !w.dir)) { State t = s; spend(t, REF); t.w[i].ph = RES; t.w[i].res = REFUSED; go(t, true, nullptr, "call: %s step %d refused", hName[g], k + 1); }
        break; }
      case RES: { // the outcome, one transaction
        if (!owner(s, w)) { State t = s; t.w[i].ph = ACK; go(t, false, nullptr, "outcome of %s step %d fenced off", hName[w.g], w.k + 1); break; }
        int g = w.g, k = w.k;
        auto park = [&](State &t) { t.h[h].st = PARKED; t.h[h].inc = std::min(3, t.h[h].inc + 1); t.w[i].ph = ACK; };
        switch (w.res) {
        case OK: case FOUND_DONE: case FOUND_NONE: { State t = s; int to = w.res == FOUND_NONE ? S_NONE : w.res == OK && w.dir ? S_UNDONE : S_DONE; setSp(t, g, k, to); t.w[i].ph = RUN;
          go(t, false, nullptr, "commit outcome: %s step %d %s", hName[g], k + 1, spNames[to]); break; }
        case REFUSED: {
          { State t = s; setSp(t, g, k, w.dir ? S_DONE : S_NONE); park(t); go(t, false, nullptr, "commit refusal of %s step %d: %s parked, incident", hName[g], k + 1, hName[h]); }
          if (!w.dir && !isCancel(h)) { State t = s; setSp(t, g, k, S_NONE); if (!beyond(t, h)) { t.h[h].dir = 1; t.w[i].ph = RUN;
            if (c.bug == LANE_EARLY) { int n = advance(t, h); if (n >= 0) addTk(t, t.h[n].q, n, 1); }
            go(t, false, nullptr, "commit refusal of %s step %d: turn back", hName[g], k + 1); } }
          break; }
        case UNKNOWN: {
          { State t = s; t.h[h].st = WAITING; t.w[i].ph = ACK; go(t, false, nullptr, "commit attempt+1, %s waits", hName[h]); }
          if (c.bug == WITHDRAW_SENT) { State t = s; setSp(t, g, k, w.dir ? S_DONE : S_NONE); t.w[i].ph = RUN; go(t, false, nullptr, "commit withdrawal of %s step %d, which was sent", hName[g], k + 1); }
          { State t = s; park(t); go(t, false, nullptr, "attempts used up in doubt: %s parked, incident", hName[h]); }
          break; }
        }
        break; }
      case CLOSING: { State t = s; int g = advance(t, h); publishThenAck(t, g); go(t, false, nullptr, "release the lane of %s in a transaction of its own", hName[h]); break; }
      case PUB: { State t = s; addTk(t, w.pubq, w.pub - 1, 1); t.w[i].ph = w.res == 7 ? E_ACK : ACK; t.w[i].res = 0; t.w[i].pub = 0; t.w[i].pubq = 0; go(t, false, nullptr, "publish ticket %s on queue %d", hName[w.pub - 1], w.pubq + 1); break; }
      case ACK: { State t = s; idle(t, i); go(t, false, nullptr, "ack ticket %s", hName[h]); break; }
      }
    }
    // --- the target finishes late, or never
    for (int h = 0; h < 4; h++) for (int k = 0; k < steps(); k++) if (s.h[h].pend >> k & 1) {
      { State t = s; t.h[h].pend &= ~(1 << k); const char *bad = create(t, h, k); go(t, false, bad, "late effect of %s step %d", hName[h], k + 1); }
      { State t = s; t.h[h].pend &= ~(1 << k); go(t, false, nullptr, "%s step %d never took effect", hName[h], k + 1); }
    }
    // --- sweeper
    if (c.bug != NO_SWEEPER) for (int h = 0; h < 4; h++) {
      int st = s.h[h].st; if (st != READY && st != RUNNING && st != WAITING) continue;
      int q = s.h[h].q; bool ticket = tk(s, q, h) > 0, alive = false;
      for (int i = 0; i < c.workers; i++) { const W &w = s.w[i]; ticket |= (w.ph == T_GOT && w.h == h && w.q == q) || (w.ph == PUB && w.pub == h + 1 && w.pubq == q); alive |= w.cur && w.h == h && w.ph >= RUN && w.ph <= RES; }
      State t = s; bool fault = false;
      if (st == RUNNING && alive) { if (!get(s, ZOMBIE)) continue; spend(t, ZOMBIE); fault = true; }
      if (st == READY && ticket) { if (!get(s, DUP)) continue; spend(t, DUP); fault = true; }
      if (c.bug != SWEEP_KEEPS_LEASE || st == WAITING) t.h[h].st = READY; else if (ticket) continue;
      if (c.bug != TOKEN_ONLY) for (int i = 0; i < c.workers; i++) if (t.w[i].h == h && t.h[h].st == READY) t.w[i].cur = 0;
      addTk(t, q, h, 1); go(t, fault, nullptr, "sweeper: %s was %s and due, publish ticket", hName[h], stNames[st]);
    }
    // --- support
    for (int h = 0; h < 4; h++) {
      bool blind = c.bug == BLIND_SUPPORT && s.seen == h + 1;
      if (c.bug == BLIND_SUPPORT && s.h[h].st == PARKED && s.seen != h + 1) { State t = s; t.seen = h + 1; go(t, true, nullptr, "support opens %s", hName[h]); }
      if (!get(s, SUP) || !(s.h[h].st == PARKED || blind)) continue;
      { State t = s; spend(t, SUP); t.h[h].st = READY; t.h[h].inc = 0; t.h[h].q = queueOf(t, h); addTk(t, t.h[h].q, h, 1); go(t, true, nullptr, "support requeues %s", hName[h]); }
      bool doubt = false; for (int k = 0; k < steps(); k++) doubt |= sp(s, h, k) == S_INTENT || sp(s, h, k) == S_UNDOING;
      if (isCancel(h)) continue;
      if (!doubt || c.bug == DISCARD_IN_DOUBT) { State t = s; spend(t, SUP); t.h[h].st = DISCARDED; t.h[h].inc = 0; for (int k = 0; k < steps(); k++) { if (sp(t, h, k) == S_DONE) setSp(t, h, k, S_KEPT); else if (doubt && sp(t, h, k) == S_INTENT) setSp(t, h, k, S_NONE); }
        int g = advance(t, h); if (g >= 0) addTk(t, t.h[g].q, g, 1); go(t, true, nullptr, "support discards %s, keeps what is done", hName[h]); }
      if (!beyond(s, h) && !s.h[h].dir) { State t = s; spend(t, SUP); t.h[h].dir = 1; t.h[h].st = READY; t.h[h].inc = 0; t.h[h].q = queueOf(t, h); addTk(t, t.h[h].q, h, 1); go(t, true, nullptr, "support discards %s, undo", hName[h]); }
    }
    // --- the world
    if (get(s, DUP)) for (int e = 0; e < 4; e++) if (c.present[e] && ev(s, e) < 2) { State t = s; spend(t, DUP); addEv(t, e, 1); go(t, true, nullptr, "event %s is published again", hName[e]); }
    if (get(s, LOSE)) for (int q = 0; q < 2; q++) for (int h = 0; h < 4; h++) if (tk(s, q, h)) { State t = s; spend(t, LOSE); addTk(t, q, h, -1); go(t, true, nullptr, "ticket %s lost", hName[h]); }
    if (get(s, WIPE)) { State t = s; spend(t, WIPE); t.tk[0] = t.tk[1] = 0;
      for (int i = 0; i < c.workers; i++) { W &v = t.w[i]; if (v.has && v.ph != E_GOT) { if (v.ph == T_GOT) idle(t, i); else v.has = 0; } } go(t, true, nullptr, "broker rebuilt empty"); }
  }
};

int main(int argc, char **argv) {
  Model m; uint64_t max = 150000000; bool live = true;
  for (int i = 1; i < argc; i++) {
    char key[32]; char val[32]; if (sscanf(argv[i], "%31[^=]=%31s", key, val) != 2) { fprintf(stderr, "usage: handoffs key=value...\n"); return 2; }
    std::string k = key; int v = atoi(val);
    if (k == "A1") m.c.present[0] = v; else if (k == "A2") m.c.present[1] = v; else if (k == "A3") m.c.present[2] = v; else if (k == "B1") m.c.present[3] = v;
    else if (k == "cancel") m.c.cancel = v; else if (k == "per-stage") m.c.perStage = v; else if (k == "workers") m.c.workers = v; else if (k == "remembers") m.c.remembers = v;
    else if (k == "crash") m.c.crash = v; else if (k == "zombie") m.c.zombie = v; else if (k == "dup") m.c.dup = v; else if (k == "lose") m.c.lose = v; else if (k == "amb") m.c.amb = v;
    else if (k == "ref") m.c.ref = v; else if (k == "sup") m.c.sup = v; else if (k == "wipe") m.c.wipe = v; else if (k == "max") max = strtoull(val, 0, 10); else if (k == "live") live = v;
    else if (k == "bug") { bool f = false; for (int b = 0; b < (int)(sizeof bugNames / sizeof *bugNames); b++) if (!strcmp(val, bugNames[b])) { m.c.bug = (Bug)b; f = true; } if (!f) { fprintf(stderr, "unknown bug %s\n", val); return 2; } }
    else { fprintf(stderr, "unknown key %s\n", key); return 2; }
  }
  printf("handoffs:"); for (int i = 1; i < argc; i++) printf(" %s", argv[i]); printf("  (%zu bytes a state)\n", sizeof(Model::State)); fflush(stdout);
  Explorer<Model> e(m, max, live); return e.run();
}
