/* SPDX-License-Identifier: Apache-2.0 */
#include "store/throttle_rule.h"

struct bucket {
    int64_t most;    /* tries that it holds */
    int64_t seconds; /* in which one comes back */
};

/*
 * In any day at most `most` + 86400 / `seconds` tries come out of a bucket: 1076 of an account's
 * and 13 of a share. At most 32 networks are known in one day (store/place.h), and only their
 * shares do not count against the account: 1492 guesses at one account.
 */
static const struct bucket share_bucket = {5, 10800};
static const struct bucket account_bucket = {60, 85};
static const struct bucket address_bucket = {20, 30};

/* Who has used up the share leaves these for networks that have not: guessers who go on and on take
 * what flows in above, and somebody who comes from a new network finds them. */
enum { RESERVED = 30 };

/* Failures of a pair without a delay; then the delays in seconds, the last for all that follow. */
enum { FREE_FAILURES = 3 };
static const int64_t delays[] = {5, 15, 60};
enum { DELAYS = sizeof delays / sizeof delays[0] };

/* What is longer than an empty bucket takes was written before the clock went back. If it went back
 * by no more than that, the bucket is empty: guessers must not gain tries from a leap second.
 * Otherwise the clock was wrong, and what was written counts for nothing. */
static int64_t seconds_short(const struct bucket *bucket, int64_t full, int64_t now)
{
    int64_t capacity = bucket->most * bucket->seconds, missing = full - now;

    if (missing <= 0 || missing > 2 * capacity)
        return 0;
    return missing < capacity ? missing : capacity;
}

static int64_t left(const struct bucket *bucket, int64_t full, int64_t now)
{
    return bucket->most -
           (seconds_short(bucket, full, now) + bucket->seconds - 1) / bucket->seconds;
}

static int64_t taken(const struct bucket *bucket, int64_t full, int64_t now)
{
    int64_t after = now + seconds_short(bucket, full, now) + bucket->seconds;
    int64_t empty = now + bucket->most * bucket->seconds;

    return after < empty ? after : empty;
}

int64_t cs_throttle_failures(int64_t failures, int64_t failed, int64_t now)
{
    int64_t age = now - failed;

    /* A record from the future says that the clock went back; it must not lock anybody out. */
    return age > CS_THROTTLE_MEMORY || age < -CS_THROTTLE_MEMORY ? 0 : failures;
}

int64_t cs_throttle_delay(int64_t failures, int64_t failed, int64_t now)
{
    int64_t over = cs_throttle_failures(failures, failed, now) - FREE_FAILURES - 1;
    int64_t end;

    if (over < 0 || now < failed)
        return 0;
    end = failed + delays[over < DELAYS ? over : DELAYS - 1];
    return end > now ? end - now : 0;
}

static bool has_share(const struct cs_counters *counters, int64_t now)
{
    return left(&share_bucket, counters->share, now) > 0;
}

bool cs_throttle_admits(const struct cs_counters *counters, bool proven, int64_t now)
{
    int64_t account = left(&account_bucket, counters->account, now);

    if (cs_throttle_delay(counters->failures, counters->failed, now) > 0)
        return false;
    if (has_share(counters, now))
        return counters->known || account > 0;
    return account > RESERVED &&
           (proven || counters->known || left(&address_bucket, counters->address, now) > 0);
}

unsigned cs_throttle_charges(const struct cs_counters *counters, bool proven, bool countable,
                             int64_t now)
{
    /* What an empty bucket cannot give must not be taken back either. */
    unsigned address = left(&address_bucket, counters->address, now) > 0 ? CS_CHARGE_ADDRESS : 0;
    unsigned charges = proven ? 0 : address;

    if (!countable)
        return address;
    charges |= CS_CHARGE_FAILURE;
    if (!has_share(counters, now))
        return charges | CS_CHARGE_ACCOUNT;
    charges |= CS_CHARGE_SHARE;
    return counters->known ? charges : charges | CS_CHARGE_ACCOUNT;
}

void cs_throttle_charge(struct cs_counters *counters, unsigned charges, int64_t now)
{
    if (charges & CS_CHARGE_SHARE)
        counters->share = taken(&share_bucket, counters->share, now);
    if (charges & CS_CHARGE_ACCOUNT)
        counters->account = taken(&account_bucket, counters->account, now);
    if (charges & CS_CHARGE_ADDRESS)
        counters->address = taken(&address_bucket, counters->address, now);
    if (charges & CS_CHARGE_FAILURE) {
        counters->failures = cs_throttle_failures(counters->failures, counters->failed, now) + 1;
        counters->failed = now;
    }
}

void cs_throttle_refund(struct cs_counters *counters, unsigned charges)
{
    if (charges & CS_CHARGE_SHARE)
        counters->share -= share_bucket.seconds;
    if (charges & CS_CHARGE_ACCOUNT)
        counters->account -= account_bucket.seconds;
    if (charges & CS_CHARGE_ADDRESS)
        counters->address -= address_bucket.seconds;
    if (charges & CS_CHARGE_FAILURE)
        counters->failures -= counters->failures > 0;
}

int64_t cs_throttle_address_used(int64_t address, int64_t now)
{
    return address_bucket.most - left(&address_bucket, address, now);
}
