/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/random_stack.h"

#include <stdio.h>

#include "tests/unit/unit.h"

static const char *const keywords[] = {"required", "Requisite", "sufficient", "optional",
                                       "[required]"};
static const char *const codes[] = {"success",          "auth_err", "ignore", "user_unknown",
                                    "new_authtok_reqd", "maxtries", "default"};
static const char *const actions[] = {"ok", "done", "bad", "die", "ignore", "reset"};
static const char *const wrong[] = {
    "[success=okay]", "[success = 0]", "requird", "[default=ok=done]", "[=]", "[ ]", "[]",
    "success=ok",
};

unsigned random_below(struct random_stack *stack, unsigned limit)
{
    stack->random ^= stack->random << 13; /* xorshift */
    stack->random ^= stack->random >> 7;
    stack->random ^= stack->random << 17;
    return (unsigned)((stack->random >> 20) % limit);
}

#define ANY_OF(stack, list) (list)[random_below(stack, CS_ARRAY_SIZE(list))]

static void write_pairs(struct random_stack *stack, FILE *out)
{
    unsigned pairs = 1 + random_below(stack, 4);

    (void)fputs("[", out);
    for (unsigned i = 0; i < pairs; i++) {
        (void)fprintf(out, random_below(stack, 8) == 0 ? " %s = " : " %s=", ANY_OF(stack, codes));
        if (random_below(stack, 3) == 0)
            (void)fprintf(out, "%u", 1 + random_below(stack, 4));
        else
            (void)fputs(ANY_OF(stack, actions), out);
    }
    (void)fputs("]", out);
}

static void write_control(struct random_stack *stack, FILE *out)
{
    unsigned kind = random_below(stack, 40);

    if (kind == 0)
        (void)fputs(ANY_OF(stack, wrong), out);
    else if (kind < 20)
        write_pairs(stack, out);
    else
        (void)fputs(ANY_OF(stack, keywords), out);
}

static void write_module(struct random_stack *stack, FILE *out)
{
    static const char *const before[] = {
        "auth ", "-auth\t", "  Auth ", "# a comment\nauth ", "\n\nauth  ", "auth \\\n ", "[auth] "};
    static const char *const behind[] = {"",      "", " # more", " a=[b c] [d\\]e]", " \\\n  again",
                                         " [open"};

    (void)fputs(ANY_OF(stack, before), out);
    write_control(stack, out);
    (void)fprintf(out, " %s %u%s\n", stack->module, stack->modules++, ANY_OF(stack, behind));
}

/* libpam judges an @include that cannot be read by the control of the line before, which it has not
 * set where there is none. */
static const char *unless_first(const char *line, bool first, const char *instead)
{
    return first && line[0] == '@' ? instead : line;
}

/* Not "auth required /nowhere/.so": libpam before 1.5.3 uses memory there that nobody has set. */
static void write_oddity(struct random_stack *stack, FILE *out, bool first)
{
    static const char *const lines[] = {"auth sufficient\n",
                                        "auht sufficient x.so\n",
                                        "auth optional /nowhere/at/all.so\n",
                                        "-auth [default=ok] /nowhere/at/all.so\n",
                                        "auth\n",
                                        "account required x.so\n",
                                        "auth include /nowhere/file\n",
                                        "auth substack /nowhere/file\n",
                                        "@include /nowhere/file\n",
                                        "retry=1\n",
                                        "auth required x.so \\"};

    (void)fputs(unless_first(ANY_OF(stack, lines), first, "auth\n"), out);
}

static FILE *open_file(struct random_stack *stack, const char *name)
{
    char path[512];
    FILE *out;

    (void)snprintf(path, sizeof path, "%s/%s", stack->folder, name);
    out = fopen(path, "we");
    assert_non_null(out);
    return out;
}

static void write_file(struct random_stack *stack, const char *name, unsigned depth);

static void write_include(struct random_stack *stack, FILE *out, unsigned depth, bool first)
{
    static const char *const words[] = {"auth include", "auth substack", "auth substack",
                                        "@include",     "auth Include",  "account include"};
    char name[32];

    (void)snprintf(name, sizeof name, "file%u", stack->files++);
    write_file(stack, name, depth + 1);
    (void)fprintf(out, "%s %s/%s\n", unless_first(ANY_OF(stack, words), first, "auth include"),
                  stack->folder, name);
}

static void write_file(struct random_stack *stack, const char *name, unsigned depth)
{
    unsigned lines = 1 + random_below(stack, 6);
    FILE *out = open_file(stack, name);
    bool first = true; /* no module yet */

    for (unsigned i = 0; i < lines && stack->modules < RANDOM_MODULES_MAX; i++) {
        if (depth < 4 && random_below(stack, 4) == 0) {
            write_include(stack, out, depth, first);
        } else if (random_below(stack, 40) == 0) {
            write_oddity(stack, out, first);
        } else {
            write_module(stack, out);
            first = false;
        }
    }
    assert_int_equal(fclose(out), 0);
}

void random_stack_write(struct random_stack *stack)
{
    FILE *other;

    stack->modules = stack->files = 0;
    write_file(stack, "service", 0);
    other = open_file(stack, "other");
    if (stack->modules < RANDOM_MODULES_MAX)
        write_module(stack, other);
    assert_int_equal(fclose(other), 0);
}
