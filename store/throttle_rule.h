/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of the throttle: pure functions over counters and a clock. Nothing here waits,
 * locks anybody out for good, or knows how the counters are kept. docs/SECURITY.md has what follows
 * from the numbers in throttle_rule.c, as a simulation of whole days shows it.
 */
#ifndef CS_STORE_THROTTLE_RULE_H
#define CS_STORE_THROTTLE_RULE_H

#include <stdbool.h>
#include <stdint.h>

enum { CS_THROTTLE_MEMORY = 86400 }; /* seconds after which the failures of a pair are forgotten */

/*
 * What is known of an answer's origin before it is judged. A pair is one user at one network.
 * A bucket holds so many tries and gets one back every so many seconds; it is kept as the time at
 * which it is full again. Times in seconds since 1970.
 */
struct cs_counters {
    int64_t failures; /* of the pair, since it last got in */
    int64_t failed;   /* when the last of them was counted */
    int64_t share;    /* bucket of the pair: tries that nobody elsewhere can use up */
    int64_t account;  /* bucket of the user: tries from everywhere */
    int64_t address;  /* bucket of the network: tries at every user */
    bool known;       /* the user got in from this network lately */
};

/* What one answer is charged to. */
enum {
    CS_CHARGE_SHARE = 1,
    CS_CHARGE_ACCOUNT = 2,
    CS_CHARGE_ADDRESS = 4,
    CS_CHARGE_FAILURE = 8,
};

/* Whether an answer may be judged at `now`. `proven`: behind a first factor, where the network as a
 * whole does not matter. */
bool cs_throttle_admits(const struct cs_counters *counters, bool proven, int64_t now);

/* The charges of an answer that is judged; one that is not `countable` says nothing of the user and
 * is charged to the network. */
unsigned cs_throttle_charges(const struct cs_counters *counters, bool proven, bool countable,
                             int64_t now);

/* Charges, and takes back what was charged. A bucket never goes below empty. */
void cs_throttle_charge(struct cs_counters *counters, unsigned charges, int64_t now);
void cs_throttle_refund(struct cs_counters *counters, unsigned charges);

/* The failures of a pair that still count at `now`. */
int64_t cs_throttle_failures(int64_t failures, int64_t failed, int64_t now);

/* Seconds until the pair's delay is over; 0: there is none. */
int64_t cs_throttle_delay(int64_t failures, int64_t failed, int64_t now);

/* How many tries the network's bucket is short of at `now`. */
int64_t cs_throttle_address_used(int64_t address, int64_t now);

#endif
