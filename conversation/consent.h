/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an answer asks for what "Type s to send ..." offers. */
#ifndef CS_CONVERSATION_CONSENT_H
#define CS_CONVERSATION_CONSENT_H

#include "base/secret.h"
#include "conversation/phrasebook.h"

/*
 * True for the word of CS_TEXT_CONSENT_WORD or its first letter, and for the letter s or the
 * digit 1 unless an administrator chose another word for the login's language; in upper or lower
 * case, with blanks around, with its accents also where prompts are plain ASCII. Every other answer
 * is none: programs answer all prompts with a password they have saved.
 */
bool cs_is_consent(const struct cs_phrasebook *book, const struct cs_secret *answer);

/* Whether an administrator's word can be typed: not only blanks, and not too long to match. */
enum cs_err cs_consent_check(const char *text, struct cs_error *error) CS_MUST_USE;

#endif
