/*
 * How large a POSIX extended expression becomes inside regcomp, which writes repetitions out and
 * recurses over what can be empty: without bounds a short pattern takes gigabytes, or the stack of
 * a thread. A look over the text that need not understand all of it, as long as it never counts
 * less than regcomp does.
 */
#include <string.h>

#include "mapping/pattern_priv.h"

enum {
    REPEAT_MAX = 255,     /* RE_DUP_MAX of POSIX */
    SIZE_MAX_ATOMS = 512, /* characters, sets and groups after repetitions are written out */
    GROUP_DEPTH_MAX = 16, /* groups within groups */
    REPEAT_DEPTH_MAX = 3, /* repetitions within repetitions: ((a+)*)? */
};

/* One group that is open, or the whole expression. */
struct level {
    size_t before;    /* size of all but the last item */
    size_t item;      /* size of the last item, which a repetition would multiply */
    size_t item_deep; /* repetitions within it */
    size_t deep;      /* the most of any item */
};

struct scan {
    const char *at; /* the next byte */
    struct level levels[GROUP_DEPTH_MAX + 1];
    size_t depth; /* levels[depth] is the current one */
};

static const char *add_item(struct scan *scan, size_t size, size_t deep)
{
    struct level *level = &scan->levels[scan->depth];

    level->before += level->item;
    level->item = size;
    level->item_deep = deep;
    if (deep > level->deep)
        level->deep = deep;
    return level->before + level->item > SIZE_MAX_ATOMS
               ? "its repetitions, written out, are more than 512 characters"
               : NULL;
}

static const char *repeat(struct scan *scan, size_t times)
{
    struct level *level = &scan->levels[scan->depth];
    size_t size = level->item * times + 1, deep = level->item_deep + 1;

    level->item = 0;
    if (deep > REPEAT_DEPTH_MAX)
        return "repetitions within repetitions, more than 3 deep";
    return add_item(scan, size, deep);
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
        return add_item(scan, 1, 0);
    scan->depth--;
    return add_item(scan, inner.before + inner.item + 2, inner.deep);
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
    bool starts = *scan->at >= '0' && *scan->at <= '9';
    size_t least = number(scan), most = least;

    if (*scan->at == ',') {
        scan->at++;
        most = number(scan);
    }
    if (!starts || *scan->at != '}' || least > REPEAT_MAX || most > REPEAT_MAX)
        return "a repetition that is not {m}, {m,} or {m,n} with numbers up to 255";
    scan->at++;
    /* Without an upper number: as often as the lower one says, and once with a star. */
    return repeat(scan, most > least ? most : least + 1);
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
    return add_item(scan, 1, 0);
}

/* Behind the backslash. */
static const char *escape(struct scan *scan)
{
    if (*scan->at == '\0')
        return "a backslash at the end";
    /* An extension of the C library, and the one thing that takes exponential time. */
    if (*scan->at >= '1' && *scan->at <= '9')
        return "a back-reference, which extended expressions have not";
    scan->at++;
    return add_item(scan, 1, 0);
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
    case '*':
    case '?':
        return repeat(scan, 1);
    case '+':
        return repeat(scan, 2);
    default:
        return add_item(scan, 1, 0);
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
