/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a POSIX extended expression becomes inside regcomp, which writes repetitions out and
 * recurses over what can be empty: without bounds a short pattern takes gigabytes, the stack of a
 * thread, or years (a loop over what can be empty, `((a?)?){30,}`). A look over the text that need
 * not understand all of it, as long as it never counts less than regcomp does.
 */
#include <string.h>

#include "mapping/pattern_priv.h"

enum {
    REPEAT_MAX = 255,     /* RE_DUP_MAX of POSIX */
    SIZE_MAX_ATOMS = 512, /* characters, sets and groups after repetitions are written out */
    EDGE_ATOMS = 32,      /* for ^, $, \b and the like: what stands behind one is copied for it */
    GROUP_DEPTH_MAX = 16, /* groups within groups */
    REPEAT_DEPTH_MAX = 3, /* repetitions within repetitions: ((a+)*)? */
};

/* One group that is open, or the whole expression. */
struct level {
    size_t before;     /* size of all but the last item */
    size_t item;       /* size of the last item, which a repetition would multiply */
    size_t item_deep;  /* repetitions within it */
    size_t deep;       /* the most of any item */
    bool item_fills;   /* the last item takes at least one character */
    bool branch_fills; /* so does an item before it, since the last bar */
    bool can_be_empty; /* a branch before the last bar does not */
};

struct scan {
    const char *at; /* the next byte */
    struct level levels[GROUP_DEPTH_MAX + 1];
    size_t depth; /* levels[depth] is the current one */
};

static const char *add_item(struct scan *scan, size_t size, size_t deep, bool fills)
{
    struct level *level = &scan->levels[scan->depth];

    level->before += level->item;
    level->branch_fills = level->branch_fills || level->item_fills;
    level->item = size;
    level->item_deep = deep;
    level->item_fills = fills;
    if (deep > level->deep)
        level->deep = deep;
    return level->before + level->item > SIZE_MAX_ATOMS
               ? "its repetitions, written out, are more than 512 characters"
               : NULL;
}

/* Written out `copies` times; what is `optional` may be left out, what `loops` has no upper end. */
static const char *repeat(struct scan *scan, size_t copies, bool optional, bool loops)
{
    struct level *level = &scan->levels[scan->depth];
    size_t size = level->item * copies + 1, deep = level->item_deep + 1;
    bool fills = level->item_fills;

    if (loops && !fills)
        return "a repetition without an end of what can be empty";
    if (deep > REPEAT_DEPTH_MAX)
        return "repetitions within repetitions, more than 3 deep";
    level->item = 0;
    level->item_fills = false;
    return add_item(scan, size, deep, fills && !optional);
}

static const char *bar(struct scan *scan)
{
    struct level *level = &scan->levels[scan->depth];
    const char *why = add_item(scan, 1, 0, false);

    level->can_be_empty = level->can_be_empty || !level->branch_fills;
    level->branch_fills = false;
    return why;
}

static const char *open_group(struct scan *scan)
{
    if (scan->depth == GROUP_DEPTH_MAX)
        return "groups within groups, more than 16 deep";
    scan->levels[++scan->depth] = (struct level){0};
    return NULL;
}

static const char *close_group(struct scan *scan)
{
    struct level inner = scan->levels[scan->depth];

    if (scan->depth == 0)
        return add_item(scan, 1, 0, true);
    scan->depth--;
    return add_item(scan, inner.before + inner.item + 2, inner.deep,
                    !inner.can_be_empty && (inner.branch_fills || inner.item_fills));
}

/* A number of at most three digits; 0 where there is none. */
static size_t number(struct scan *scan)
{
    size_t value = 0;

    for (int i = 0; i < 3 && *scan->at >= '0' && *scan->at <= '9'; i++)
        value = value * 10 + (size_t)(*scan->at++ - '0');
    return value;
}

/* Behind the brace. */
static const char *interval(struct scan *scan)
{
    bool starts = *scan->at >= '0' && *scan->at <= '9', loops = false;
    size_t least = number(scan), most = least;

    if (*scan->at == ',') {
        scan->at++;
        loops = *scan->at == '}';
        most = loops ? least : number(scan);
    }
    if (!starts || *scan->at != '}' || least > REPEAT_MAX || most > REPEAT_MAX)
        return "a repetition that is not {m}, {m,} or {m,n} with numbers up to 255";
    scan->at++;
    return repeat(scan, (most > least ? most : least) + 1, least == 0, loops);
}

/* Behind the bracket: a set, in which a backslash is a character. */
static const char *set(struct scan *scan)
{
    const char *at = scan->at;

    at += *at == '^';
    at += *at == ']';
    while (*at != '\0' && *at != ']') {
        if (at[0] == '[' && at[1] != '\0' && strchr(":.=", at[1]) != NULL) {
            const char closing[] = {at[1], ']', '\0'};
            const char *end = strstr(at + 2, closing);

            at = end ? end + 2 : at + 1;
        } else {
            at++;
        }
    }
    if (*at == '\0')
        return "a set without its ]";
    scan->at = at + 1;
    return add_item(scan, 1, 0, true);
}

/* Behind the backslash. */
static const char *escape(struct scan *scan)
{
    if (*scan->at == '\0')
        return "a backslash at the end";
    /* An extension of the C library, and the one thing that takes exponential time. */
    if (*scan->at >= '1' && *scan->at <= '9')
        return "a back-reference, which extended expressions have not";
    /* Edges of words and of the text, extensions as well, take no character. */
    if (strchr("bB<>`'", *scan->at++) != NULL)
        return add_item(scan, EDGE_ATOMS, 0, false);
    return add_item(scan, 1, 0, true);
}

static const char *step(struct scan *scan)
{
    switch (*scan->at++) {
    case '(':
        return open_group(scan);
    case ')':
        return close_group(scan);
    case '[':
        return set(scan);
    case '{':
        return interval(scan);
    case '\\':
        return escape(scan);
    case '|':
        return bar(scan);
    case '*':
        return repeat(scan, 1, true, true);
    case '?':
        return repeat(scan, 1, true, false);
    case '+':
        return repeat(scan, 2, false, true);
    case '^':
    case '$':
        return add_item(scan, EDGE_ATOMS, 0, false);
    default:
        return add_item(scan, 1, 0, true);
    }
}

const char *cs_pattern_beyond_bounds(const char *pattern)
{
    struct scan scan = {.at = pattern};
    const char *why = NULL;

    while (why == NULL && *scan.at != '\0')
        why = step(&scan);
    return why;
}
