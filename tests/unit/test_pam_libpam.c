/* SPDX-License-Identifier: Apache-2.0 */
/* Our reading of PAM's files, and our walk through a stack, against the real libpam, with modules
 * that return what they are told. usage: test_pam_libpam [SEED [STACKS]]
 *
 * The usual seed is always the same, so that a run does not fail by chance.
 */
#include "tests/unit/folder.h"

#include <inttypes.h>
#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/pam_walk.h"
#include "tests/unit/random_stack.h"

enum { SEED = 2, STACKS = 2000, TRIES = 12, TRIES_NO_WAY = 80 };

static uint64_t seed;
static unsigned stacks = STACKS;

/* One stack, in both eyes. */
struct pair {
    pam_handle_t *pam;
    struct cs_pam_service service;
    struct cs_pam_stack stack;
    struct cs_pam_step steps[CS_PAM_ENTRIES_MAX];
    char codes[RANDOM_MODULES_MAX + 1]; /* what the modules return: 'A' is 0 */
};

static int no_talk(int count, const struct pam_message **messages, struct pam_response **responses,
                   void *data)
{
    (void)count;
    (void)messages;
    (void)responses;
    (void)data;
    return PAM_CONV_ERR;
}

/* The module's own number, or -1. */
static int number_of(const struct cs_pam_entry *entry)
{
    return entry->module != NULL && strstr(entry->module, "pam_pretend") != NULL &&
                   entry->arguments.count > 0
               ? atoi(entry->arguments.items[0])
               : -1;
}

/* Modules that do not exist are PAM_MODULE_UNKNOWN. */
static uint32_t unknown(const struct cs_pam_entry *entry)
{
    return number_of(entry) < 0 ? CS_PAM_MAY(PAM_MODULE_UNKNOWN) : 0;
}

static bool libpam_lets_in(struct pair *pair)
{
    assert_int_equal(pam_set_item(pair->pam, PAM_RUSER, pair->codes), PAM_SUCCESS);
    return pam_authenticate(pair->pam, PAM_SILENT) == PAM_SUCCESS;
}

static bool walk_lets_in(struct pair *pair, uint8_t never)
{
    const struct cs_pam_question question = {
        .steps = pair->steps, .to = CS_PAM_NOWHERE, .never = never};

    return cs_pam_walk(&pair->stack, &question, NULL) == CS_PAM_YES;
}

/* Each module has exactly the outcome of `codes`. */
static void set_outcomes(struct pair *pair)
{
    for (size_t i = 0; i < pair->stack.count; i++) {
        int number = number_of(pair->stack.items[i]);

        pair->steps[i].codes = unknown(pair->stack.items[i]);
        if (number >= 0)
            pair->steps[i].codes = CS_PAM_MAY(pair->codes[number] - 'A');
    }
}

static void show(const struct pair *pair, const char *folder)
{
    print_message("codes %s, folder %s:\n", pair->codes, folder);
    for (size_t i = 0; i < pair->stack.count; i++) {
        const struct cs_pam_entry *entry = pair->stack.items[i];

        print_message("%u %s:%u %s handling %d level %u number %d\n", (unsigned)i, entry->path,
                      entry->line, entry->module ? entry->module : "-", (int)entry->handling,
                      entry->level, number_of(entry));
    }
}

static void random_codes(struct random_stack *random, struct pair *pair, unsigned ours)
{
    static const char usual[] = {PAM_SUCCESS,      PAM_SUCCESS,          PAM_AUTH_ERR, PAM_IGNORE,
                                 PAM_USER_UNKNOWN, PAM_NEW_AUTHTOK_REQD, PAM_MAXTRIES};

    memset(pair->codes, 'A', RANDOM_MODULES_MAX);
    for (unsigned i = 0; i < random->modules; i++) {
        int code = usual[random_below(random, sizeof usual)];

        if (random_below(random, 10) == 0)
            code = (int)random_below(random, CS_PAM_CODES - 1);
        if (i == ours && code == PAM_SUCCESS)
            code = PAM_AUTH_ERR;
        pair->codes[i] = (char)('A' + code);
    }
}

/* With every outcome fixed, both come to the same end. */
static void compare_outcomes(struct random_stack *random, struct pair *pair)
{
    for (unsigned i = 0; i < TRIES; i++) {
        random_codes(random, pair, RANDOM_MODULES_MAX);
        set_outcomes(pair);
        if (libpam_lets_in(pair) != walk_lets_in(pair, 0)) {
            show(pair, random->folder);
            fail_msg("libpam and the walk differ");
        }
    }
}

/* A way that was found lets in; where none was found, no outcomes let in. */
static bool compare_ways(struct random_stack *random, struct pair *pair, unsigned ours)
{
    const struct cs_pam_question question = {.steps = pair->steps, .to = CS_PAM_NOWHERE};
    struct cs_pam_way way = {0};
    bool found;

    for (size_t i = 0; i < pair->stack.count; i++) {
        uint32_t codes = unknown(pair->stack.items[i]);

        pair->steps[i].codes = codes != 0 ? codes : CS_PAM_MAY_ALL;
        if (number_of(pair->stack.items[i]) == (int)ours)
            pair->steps[i].codes &= ~CS_PAM_MAY(PAM_SUCCESS);
    }
    found = cs_pam_walk(&pair->stack, &question, &way) == CS_PAM_YES;
    random_codes(random, pair, ours);
    for (size_t i = 0; i < way.count; i++) {
        int number = number_of(pair->stack.items[way.hops[i].entry]);

        if (number >= 0)
            pair->codes[number] = (char)('A' + way.hops[i].code);
    }
    cs_pam_way_clear(&way);
    if (found && !libpam_lets_in(pair)) {
        show(pair, random->folder);
        fail_msg("the walk's way does not let in");
    }
    for (unsigned i = 0; i < TRIES_NO_WAY && !found; i++) {
        random_codes(random, pair, ours);
        if (libpam_lets_in(pair)) {
            show(pair, random->folder);
            fail_msg("the walk has missed this way");
        }
    }
    return found;
}

/* Which of the two this is: libpam 1.6 and later end a line at a comment behind a backslash. */
static bool libpam_is_newer(void **state)
{
    static const char text[] = "auth optional " CS_PAM_PRETEND " 0 \\\n# comment\nx\n";
    const struct folder *folder = *state;
    const struct pam_conv talk = {no_talk, NULL};
    pam_handle_t *pam = NULL;
    char path[PATH_SIZE];
    bool newer;

    write_file(folder_path(state, "service", path), 0600, text, sizeof text - 1);
    assert_int_equal(pam_start_confdir("service", "nobody", &talk, folder->path, &pam),
                     PAM_SUCCESS);
    assert_int_equal(pam_set_item(pam, PAM_RUSER, "A"), PAM_SUCCESS);
    newer = pam_authenticate(pam, PAM_SILENT) != PAM_SUCCESS;
    (void)pam_end(pam, PAM_SUCCESS);
    return newer;
}

/* libpam refuses to begin where it gives up reading. */
static bool compare(struct random_stack *random, struct pair *pair)
{
    const struct pam_conv talk = {no_talk, NULL};
    int code = pam_start_confdir("service", "nobody", &talk, random->folder, &pair->pam);
    bool found;

    if (pair->service.refused != (code != PAM_SUCCESS)) {
        show(pair, random->folder);
        fail_msg("libpam begins with %d, and we think otherwise", code);
    }
    if (code != PAM_SUCCESS)
        return false;
    compare_outcomes(random, pair);
    found = compare_ways(random, pair, random_below(random, random->modules + 1));
    (void)pam_end(pair->pam, PAM_SUCCESS);
    return found;
}

static void test_random_stacks(void **state)
{
    const struct folder *folder = *state;
    struct random_stack random = {.folder = folder->path, .module = CS_PAM_PRETEND, .random = seed};
    const struct cs_pam_source source = {
        .root = "", .folder = folder->path, .newer = libpam_is_newer(state)};
    struct pair *pair = calloc(1, sizeof *pair);
    unsigned ways = 0;

    assert_non_null(pair);
    print_message("seed %" PRIu64 ", libpam %s 1.6\n", seed, source.newer ? "from" : "before");
    for (unsigned i = 0; i < stacks; i++) {
        random_stack_write(&random);
        assert_int_equal(cs_pam_service_read(&source, "service", &pair->service), CS_OK);
        cs_pam_stack_of(&pair->service, CS_PAM_AUTH, &pair->stack);
        ways += compare(&random, pair);
        cs_pam_service_clear(&pair->service);
    }
    free(pair);
    print_message("%u stacks, %u with a way around\n", stacks, ways);
    assert_true(ways > stacks / 10 && ways < stacks - stacks / 10); /* both were tried */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {IN_FOLDER(test_random_stacks)};

    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : SEED;
    if (argc > 2)
        stacks = (unsigned)strtoul(argv[2], NULL, 10);
    return cmocka_run_group_tests_name("pam_libpam", tests, NULL, NULL);
}
