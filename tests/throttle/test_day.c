/* SPDX-License-Identifier: Apache-2.0 */
/* What docs/SECURITY.md promises of guessers and of those they get in the way of, for a day each.
 * The figures there are those that this prints. */
#include "tests/throttle/day.h"

#include <inttypes.h>

/* Guessers and people try again every STEP seconds, the shortest delay that there is. */
enum { MOST_GUESSES = 1500, KNOWN = 16, MINUTE = 60 };

static void name_network(char *ret_network, size_t size, unsigned number)
{
    (void)snprintf(ret_network, size, "10.%u.%u.%u", number >> 16 & 255, number >> 8 & 255,
                   number & 255);
}

/* Alice gets in from so many networks, numbered from `first`: one a step, because a code works
 * once. */
static void make_known(const struct person *alice, unsigned first, unsigned count, bool proven)
{
    char network[32];

    for (unsigned i = 0; i < count; i++) {
        set_time(now + PERIOD);
        name_network(network, sizeof network, first + i);
        assert_true(log_in(alice, network, proven));
    }
}

/* ---- how many guesses at one account ---- */

static unsigned guess_at_known(const struct person *alice, unsigned known, bool proven)
{
    unsigned judged = 0;
    char network[32];

    for (unsigned i = 0; i < known; i++) {
        name_network(network, sizeof network, i);
        judged += guess(alice->name, network, proven);
    }
    return judged;
}

/* A round of guessing: at each known network, from one that stays, and from a new one. */
static unsigned guess_everywhere(const struct person *alice, unsigned known, bool proven,
                                 unsigned *fresh)
{
    unsigned judged = guess_at_known(alice, known, proven);
    char network[32];

    name_network(network, sizeof network, (*fresh)++);
    return judged + guess(alice->name, "192.0.2.1", proven) + guess(alice->name, network, proven);
}

static void guess_for_a_day(unsigned known, bool proven)
{
    const struct person *alice = enrol_person();
    unsigned judged = 0, fresh = 1000;
    int64_t end;

    make_known(alice, 0, known, proven);
    for (end = now + DAY; now < end; set_time(now + STEP))
        judged += guess_everywhere(alice, known, proven, &fresh);
    printf("  %-10s %2u known networks   guesses judged in a day: %4u, at most %d\n",
           proven ? "proven" : "not proven", known, judged, MOST_GUESSES);
    assert_true(judged > 1000);
    assert_true(judged <= MOST_GUESSES);
}

static void test_guesses_without_a_first_factor(void **state)
{
    (void)state;
    guess_for_a_day(0, false);
}

static void test_guesses_behind_a_first_factor(void **state)
{
    (void)state;
    guess_for_a_day(0, true);
}

/* Where guessers sit in every network that she uses: the most there can be. */
static void test_guesses_from_known_networks(void **state)
{
    (void)state;
    guess_for_a_day(KNOWN, false);
}

static void test_guesses_from_known_networks_behind_a_first_factor(void **state)
{
    (void)state;
    guess_for_a_day(KNOWN, true);
}

/* All her networks change within the day, and guessers sit in the old ones and in the new. */
static void test_guesses_while_networks_change(void **state)
{
    const struct person *alice = enrol_person();
    unsigned judged = 0, fresh = 1000;
    int64_t end;

    (void)state;
    make_known(alice, 0, KNOWN, false);
    set_time(now + DAY + HOUR); /* so that others may take their places */
    end = now + DAY;
    for (int64_t noon = now + DAY / 2; now < noon; set_time(now + STEP))
        judged += guess_at_known(alice, KNOWN, false);
    make_known(alice, KNOWN, KNOWN, false);
    for (; now < end; set_time(now + STEP))
        judged += guess_everywhere(alice, 2 * KNOWN, false, &fresh);
    printf("  not proven 16 known, then 16 others: guesses judged in a day: %4u, at most %d\n",
           judged, MOST_GUESSES);
    assert_true(judged <= MOST_GUESSES);
}

/* ---- who gets in meanwhile ---- */

static void pass(int seconds, void (*meanwhile)(void))
{
    for (int passed = 0; passed < seconds; passed += STEP) {
        set_time(now + STEP);
        meanwhile();
    }
}

/* Seconds until she is in, with a right code every few seconds; -1: not within a minute. */
static int wait_of(const struct person *person, const char *network, bool proven,
                   void (*meanwhile)(void))
{
    for (int waited = 0; waited <= MINUTE; waited += STEP) {
        if (log_in(person, network, proven))
            return waited;
        set_time(now + STEP);
        meanwhile();
    }
    return -1;
}

static void guess_from_three_networks(void)
{
    (void)guess(people[0].name, "192.0.2.1", false);
    (void)guess(people[0].name, "192.0.2.2", false);
    (void)guess(people[0].name, "2001:db8::/64", false);
}

static unsigned everywhere;

static void guess_from_everywhere(void)
{
    char network[32];

    name_network(network, sizeof network, everywhere++);
    (void)guess(people[0].name, network, false);
    (void)guess(people[0].name, network, true);
    guess_from_three_networks();
}

/* Comes once an hour while others guess all the time; from ever new networks, or from one. */
static void come_every_hour(const char *home, bool proven, void (*others)(void), const char *what)
{
    int longest = 0;

    for (unsigned hour = 1; hour <= 24; hour++) {
        char network[32];
        int waited;

        pass(HOUR, others);
        name_network(network, sizeof network, 0x100000 + hour);
        waited = wait_of(&people[0], home != NULL ? home : network, proven, others);
        assert_true(waited >= 0);
        longest = waited > longest ? waited : longest;
    }
    printf("  %-60s 24 of 24 in, longest wait: %d s\n", what, longest);
    assert_true(longest == 0 || home == NULL);
}

static void test_a_known_network(void **state)
{
    static const char home[] = "203.0.113.1";

    (void)state;
    assert_true(log_in(enrol_person(), home, false));
    come_every_hour(home, false, guess_from_everywhere, "known network, guesses from everywhere");
}

/* Somebody has stolen the first factor and guesses behind it. */
static void test_a_known_network_behind_a_stolen_first_factor(void **state)
{
    static const char home[] = "203.0.113.1";

    (void)state;
    assert_true(log_in(enrol_person(), home, true));
    come_every_hour(home, true, guess_from_everywhere, "the same behind a stolen first factor");
}

static void test_a_new_network(void **state)
{
    (void)state;
    (void)enrol_person();
    come_every_hour(NULL, false, guess_from_three_networks,
                    "new network each time, guesses from three networks");
}

/* She was there, and is there again 29 days later. */
static void test_a_network_of_last_month(void **state)
{
    static const char home[] = "203.0.113.1";

    (void)state;
    assert_true(log_in(enrol_person(), home, false));
    set_time(now + 29 * DAY);
    for (unsigned i = 0; i < 600; i++, set_time(now + 1))
        guess_from_everywhere();
    assert_true(log_in(&people[0], home, false));
}

/* ---- many behind one address ---- */

enum { HONEST = 50 };
static const char shared[] = "198.51.100.1";
static unsigned turn;

static void guess_at_one_of_them(void)
{
    (void)guess(people[HONEST].name, shared, false);
}

static void guess_at_names(void)
{
    char name[16];

    (void)snprintf(name, sizeof name, " %u", turn++ % 4096);
    (void)judge((struct cs_attempt){.subject = name, .client = shared, .countable = true}, "0");
    (void)judge((struct cs_attempt){.subject = name, .client = shared}, "");
}

/* At each of them in turn: once in 250 s at each ... */
static void guess_at_all(void)
{
    (void)guess(people[turn++ % HONEST].name, shared, false);
}

/* ... and once in 50 s. */
static void guess_at_all_faster(void)
{
    for (unsigned i = 0; i < STEP; i++)
        guess_at_all();
}

/* They come one after the other over the second half of a day. */
static void fifty(bool known, void (*guesser)(void), const char *what)
{
    int waits[HONEST], longest = 0;

    turn = 0;
    for (unsigned i = 0; i <= HONEST; i++)
        (void)enrol_person();
    for (unsigned i = 0; i < HONEST && known; i++)
        assert_true(log_in(&people[i], shared, false));
    pass(DAY / 2, guesser);
    for (unsigned i = 0; i < HONEST; i++) {
        waits[i] = wait_of(&people[i], shared, false, guesser);
        pass(DAY / 2 / HONEST, guesser);
    }
    printf("  fifty behind one address, %s; seconds that each waits:\n   ", what);
    for (unsigned i = 0; i < HONEST; i++) {
        printf(" %d", waits[i]);
        longest = waits[i] < 0 || (longest >= 0 && waits[i] > longest) ? waits[i] : longest;
    }
    printf("\n");
    assert_uint_in_range(longest, 0, MINUTE);
}

static void test_fifty_behind_one_address(void **state)
{
    (void)state;
    fifty(false, guess_at_one_of_them, "who guesses at a colleague all the time");
}

static void test_fifty_behind_one_address_with_guesses_at_names(void **state)
{
    (void)state;
    fifty(false, guess_at_names, "who sends names and empty answers all the time");
}

static void test_fifty_behind_one_address_with_guesses_at_all(void **state)
{
    (void)state;
    fifty(true, guess_at_all, "who guesses at all of them, every 5 s");
}

static void test_fifty_behind_one_address_with_more_guesses_at_all(void **state)
{
    (void)state;
    fifty(true, guess_at_all_faster, "who guesses at all of them once a second");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, day_begin, day_end)
    const struct CMUnitTest tests[] = {
        TEST(test_guesses_without_a_first_factor),
        TEST(test_guesses_behind_a_first_factor),
        TEST(test_guesses_from_known_networks),
        TEST(test_guesses_from_known_networks_behind_a_first_factor),
        TEST(test_guesses_while_networks_change),
        TEST(test_a_known_network),
        TEST(test_a_known_network_behind_a_stolen_first_factor),
        TEST(test_a_new_network),
        TEST(test_a_network_of_last_month),
        TEST(test_fifty_behind_one_address),
        TEST(test_fifty_behind_one_address_with_guesses_at_names),
        TEST(test_fifty_behind_one_address_with_guesses_at_all),
        TEST(test_fifty_behind_one_address_with_more_guesses_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
