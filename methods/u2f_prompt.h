/* SPDX-License-Identifier: Apache-2.0 */
/* What the user is asked about a security key. */
#ifndef CS_METHODS_U2F_PROMPT_H
#define CS_METHODS_U2F_PROMPT_H

#include "methods/challenge.h"
#include "methods/u2f_here.h"
#include "u2f/pin.h"

enum { CS_U2F_PINS_MAX = 8 };

/* The tries of one login. */
struct cs_u2f_dialogue {
    struct cs_method_login *login;
    const struct cs_listed_factor *factor; /* NULL: any of the user's keys */
    struct cs_open_challenge open;         /* the newest */
    unsigned tried;
    unsigned missed; /* the try after one in which nobody touched a key here; 0: none */
    bool untouched;  /* ask a key here again when the user wants that */
    bool elsewhere;  /* there is no point in asking a key here */
    struct cs_secret refused[CS_U2F_PINS_MAX]; /* PINs that were wrong; owned */
    size_t refused_count;
    unsigned refused_at;  /* the try after one with a wrong PIN; 0: none */
    int pin_tries;        /* what the key takes after that; -1: unknown */
    enum cs_reason wrong; /* why this try's answer is known to be wrong */
};

/* Asks for a key elsewhere by prompts that contain the request; `found` says why not for one here.
 * They begin the challenges. In rounds, if one prompt has no room for all keys: an empty answer
 * brings the next one. In the last round it is an answer like others, so that no user has more
 * tries than another. */
enum cs_err cs_u2f_ask_with_request(struct cs_u2f_dialogue *dialogue, enum cs_u2f_found found,
                                    enum cs_text key, struct cs_secret *ret_answer,
                                    struct cs_error *error) CS_MUST_USE;

/* Asks to touch the key here, for the open challenge. An answer typed in place of that is treated
 * like one from elsewhere. */
enum cs_err cs_u2f_tell_to_touch(struct cs_u2f_dialogue *dialogue, struct cs_secret *ret_typed,
                                 struct cs_error *error) CS_MUST_USE;

/* Asks for the key's PIN, which only goes to the key. Empty: the user has none to give. */
enum cs_err cs_u2f_ask_pin(const struct cs_u2f_dialogue *dialogue, struct cs_u2f_pin *pin,
                           struct cs_error *error) CS_MUST_USE;

#endif
