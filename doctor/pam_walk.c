/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_walk.h"

#include <security/_pam_types.h>
#include <stdlib.h>

/* A stack of a dozen lines has some hundred states. */
enum { STATES_MAX = 1 << 16, SLOTS = STATES_MAX * 2, NO_PARENT = STATES_MAX };

/* What libpam thinks of the login so far. `status` matters only as far as it is PAM_SUCCESS. */
enum opinion { UNDEFINED, GOOD, SPOILT /* positive, but the status is no success */, BAD };

/* Where a walk is. `before` is what it thought on entering the substacks around it. */
struct state {
    uint16_t entry;
    uint8_t marks, opinion;
    uint8_t before[CS_PAM_LEVELS];
};

struct node {
    struct state state;
    uint32_t parent;
    int code; /* that led here */
};

struct walk {
    const struct cs_pam_stack *stack;
    const struct cs_pam_question *question;
    bool resets[CS_PAM_LEVELS]; /* whether a module of that level can go back */
    struct node *nodes;
    size_t count;
    uint32_t *slots; /* places in `nodes`, plus 1 */
    bool full;
};

static unsigned level_at(const struct walk *walk, size_t entry)
{
    return entry < walk->stack->count ? walk->stack->items[entry]->level : 0;
}

/* ---- states seen ---- */

static uint64_t hash(const struct state *state)
{
    const uint8_t *bytes = (const uint8_t *)state;
    uint64_t result = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < sizeof *state; i++)
        result = (result ^ bytes[i]) * UINT64_C(1099511628211);
    return result ^ result >> 29;
}

static bool is_same(const struct state *a, const struct state *b)
{
    for (size_t i = 0; i < CS_PAM_LEVELS; i++) {
        if (a->before[i] != b->before[i])
            return false;
    }
    return a->entry == b->entry && a->marks == b->marks && a->opinion == b->opinion;
}

static void add(struct walk *walk, const struct state *state, uint32_t parent, int code)
{
    size_t slot = (size_t)(hash(state) % SLOTS);

    for (; walk->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
        if (is_same(&walk->nodes[walk->slots[slot] - 1].state, state))
            return;
    }
    if (walk->count == STATES_MAX) {
        walk->full = true;
        return;
    }
    walk->nodes[walk->count] = (struct node){*state, parent, code};
    walk->slots[slot] = (uint32_t)++walk->count;
}

/* ---- one module ---- */

/* Over that many modules of the same level; a substack counts as one. What is left of the number is
 * a jump too far. */
static int jump(const struct walk *walk, unsigned level, int modules, struct state *state)
{
    const struct cs_pam_stack *stack = walk->stack;

    while (state->entry + 1u < stack->count && level_at(walk, state->entry + 1u) >= level &&
           modules > 0) {
        do {
            state->entry++;
        } while (state->entry + 1u < stack->count && level_at(walk, state->entry + 1u) > level);
        modules--;
    }
    return modules;
}

/* Over the rest of the stack or substack. */
static void leave(const struct walk *walk, unsigned level, struct state *state)
{
    while (state->entry + 1u < walk->stack->count && level_at(walk, state->entry + 1u) >= level)
        state->entry++;
}

/* Changes the state as libpam does when a module returns `code`. */
static void judge(const struct walk *walk, int action, int code, struct state *state)
{
    unsigned level = level_at(walk, state->entry);

    if (action == CS_PAM_RESET) {
        state->opinion = state->before[level];
    } else if (action == CS_PAM_OK || action == CS_PAM_DONE) {
        if (state->opinion == UNDEFINED || state->opinion == GOOD)
            state->opinion = code == PAM_SUCCESS ? GOOD : SPOILT;
        if (action == CS_PAM_DONE && state->opinion != BAD)
            leave(walk, level, state);
    } else if (action == CS_PAM_BAD || action == CS_PAM_DIE) {
        state->opinion = BAD;
        if (action == CS_PAM_DIE)
            leave(walk, level, state);
    } else if (action > 0 && jump(walk, level, action, state) > 0) {
        state->opinion = BAD;
    }
}

/* To the next entry; what cannot matter any more is forgotten, so that equal futures look equal. */
static void advance(const struct walk *walk, struct state *state)
{
    unsigned level = level_at(walk, state->entry), next = level_at(walk, state->entry + 1u);

    state->entry++;
    if (next > level)
        state->before[next] = state->opinion;
    for (unsigned i = 1; i < CS_PAM_LEVELS; i++) {
        if (i > next || !walk->resets[i])
            state->before[i] = UNDEFINED;
    }
}

static void take(struct walk *walk, uint32_t place, int code)
{
    const struct node *node = &walk->nodes[place];
    struct state state = node->state;
    const struct cs_pam_entry *entry = walk->stack->items[state.entry];
    const struct cs_pam_step *step = &walk->question->steps[state.entry];

    if (entry->handling != CS_PAM_MUST_FAIL)
        state.marks |= (uint8_t)(step->called | (code == PAM_SUCCESS ? step->granted : 0));
    if ((state.marks & walk->question->never) != 0)
        return;
    judge(walk, entry->actions[code], code, &state);
    advance(walk, &state);
    add(walk, &state, place, code);
}

/* Every outcome of one entry. The likely ones come first, because the way is shown to people. */
static void take_all(struct walk *walk, uint32_t place)
{
    static const unsigned char likely[] = {PAM_SUCCESS, PAM_AUTH_ERR, PAM_PERM_DENIED,
                                           PAM_USER_UNKNOWN, PAM_IGNORE};
    const struct node *node = &walk->nodes[place];
    const struct cs_pam_entry *entry = walk->stack->items[node->state.entry];
    const struct cs_pam_step *step = &walk->question->steps[node->state.entry];

    if (entry->handling == CS_PAM_SUBSTACK) {
        struct state state = node->state;

        advance(walk, &state);
        add(walk, &state, place, -1);
        return;
    }
    if (entry->handling == CS_PAM_MUST_FAIL) {
        take(walk, place, PAM_PERM_DENIED);
        return;
    }
    if ((node->state.marks & step->without) != 0)
        return;
    for (size_t i = 0; i < CS_ARRAY_SIZE(likely); i++) {
        if ((step->codes & CS_PAM_MAY(likely[i])) != 0)
            take(walk, place, likely[i]);
    }
    for (int code = 0; code < CS_PAM_CODES - 1; code++) {
        if ((step->codes & CS_PAM_MAY(code)) != 0)
            take(walk, place, code);
    }
}

/* ---- the question ---- */

static bool answers(const struct walk *walk, const struct state *state)
{
    const struct cs_pam_question *question = walk->question;

    if ((state->marks & question->need) != question->need)
        return false;
    if (question->to != CS_PAM_NOWHERE)
        return state->entry == question->to;
    return state->entry >= walk->stack->count && state->opinion == GOOD;
}

static void show(const struct walk *walk, uint32_t place, struct cs_pam_way *way)
{
    size_t count = 0;

    for (uint32_t at = place; walk->nodes[at].parent != NO_PARENT; at = walk->nodes[at].parent)
        count += walk->nodes[at].code >= 0;
    way->hops = calloc(count + 1, sizeof *way->hops);
    if (way->hops == NULL)
        return; /* the answer stands without it */
    way->count = count;
    for (uint32_t at = place; walk->nodes[at].parent != NO_PARENT; at = walk->nodes[at].parent) {
        size_t entry = walk->nodes[walk->nodes[at].parent].state.entry;

        if (walk->nodes[at].code >= 0)
            way->hops[--count] = (struct cs_pam_hop){entry, walk->nodes[at].code};
    }
}

static enum cs_pam_answer search(struct walk *walk, struct cs_pam_way *way)
{
    const struct state start = {0};

    add(walk, &start, NO_PARENT, -1);
    for (uint32_t place = 0; place < walk->count; place++) {
        const struct state *state = &walk->nodes[place].state;

        if (answers(walk, state)) {
            if (way != NULL)
                show(walk, place, way);
            return CS_PAM_YES;
        }
        if (state->entry < walk->stack->count)
            take_all(walk, place);
    }
    return walk->full ? CS_PAM_CANNOT_TELL : CS_PAM_NO;
}

enum cs_pam_answer cs_pam_walk(const struct cs_pam_stack *stack,
                               const struct cs_pam_question *question, struct cs_pam_way *ret_way)
{
    struct walk walk = {.stack = stack, .question = question};
    enum cs_pam_answer answer = CS_PAM_CANNOT_TELL;

    if (ret_way != NULL)
        *ret_way = (struct cs_pam_way){0};
    for (size_t i = 0; i < stack->count; i++) {
        for (size_t code = 0; code < CS_PAM_CODES; code++) {
            if (stack->items[i]->actions[code] == CS_PAM_RESET)
                walk.resets[stack->items[i]->level] = true;
        }
    }
    walk.nodes = calloc(STATES_MAX, sizeof *walk.nodes);
    walk.slots = calloc(SLOTS, sizeof *walk.slots);
    if (walk.nodes != NULL && walk.slots != NULL)
        answer = search(&walk, ret_way);
    free(walk.nodes);
    free(walk.slots);
    return answer;
}

void cs_pam_way_clear(struct cs_pam_way *way)
{
    free(way->hops);
    *way = (struct cs_pam_way){0};
}
