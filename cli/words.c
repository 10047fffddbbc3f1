/* SPDX-License-Identifier: Apache-2.0 */
/* From the typed words to a verb's options and operands. */
#include <getopt.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/verb.h"

/* What getopt_long returns: an operand, --help, or this plus the option's row number. */
enum { OPERAND = 1, HELP = 'h', FIRST_OPTION = 256 };

static void fill_table(const struct cs_verb *verb, struct option table[CS_VERB_OPTIONS_MAX + 2])
{
    size_t count = cs_verb_count_options(verb);

    for (size_t i = 0; i < count; i++)
        table[i] =
            (struct option){.name = verb->options[i].name,
                            .has_arg = verb->options[i].argument ? required_argument : no_argument,
                            .val = FIRST_OPTION + (int)i};
    table[count++] = (struct option){.name = "help", .has_arg = no_argument, .val = HELP};
    table[count] = (struct option){0};
}

/* Our own messages for what getopt_long refuses: its messages take the verb for the program. */
static int refuse_option(const struct cs_verb *verb, char **argv)
{
    const char *word = argv[optind - 1];
    bool is_long = strncmp(word, "--", 2) == 0;

    /* Within a group of short options, getopt has not passed their word yet. */
    if (optopt != 0 && !is_long)
        return cs_misuse(verb, "there is no option '-%c'", optopt);
    /* For a long option that exists, getopt sets optopt. */
    if (optopt == 0)
        return cs_misuse(verb, "there is no option '%s'", word);
    return strchr(word, '=') != NULL ? cs_misuse(verb, "'%s': the option takes no value", word)
                                     : cs_misuse(verb, "a value is missing after '%s'", word);
}

/* Files go to the front of argv, which getopt has passed by then. */
static int add_operand(const struct cs_verb *verb, struct cs_words *words, char *word)
{
    if (word[0] != '\0' && (verb->flags & CS_VERB_FILES) != 0) {
        words->arguments[words->argument_count++] = word;
        return CS_EXIT_OK;
    }
    if (words->operand_count == verb->operands.most)
        return cs_misuse(verb, "'%s' is one word too many", word);
    if (word[0] == '\0')
        return cs_misuse(verb, "a word is empty");
    words->operands[words->operand_count++] = word;
    return CS_EXIT_OK;
}

static int take(const struct cs_verb *verb, char **argv, int option, struct cs_words *words)
{
    if (option == '?')
        return refuse_option(verb, argv);
    if (option == OPERAND)
        return add_operand(verb, words, optarg);
    if (option == HELP)
        words->help = true;
    else
        words->options[option - FIRST_OPTION] = optarg ? optarg : "";
    return CS_EXIT_OK;
}

/* After "--": the module's arguments if the verb takes them, else operands that may begin with a
 * dash. */
static int take_rest(const struct cs_verb *verb, int argc, char **argv, struct cs_words *words)
{
    int status = CS_EXIT_OK;

    if ((verb->flags & CS_VERB_ARGUMENTS) != 0) {
        words->arguments = argv;
        words->argument_count = argc;
        return CS_EXIT_OK;
    }
    for (int i = 0; i < argc && status == CS_EXIT_OK; i++)
        status = add_operand(verb, words, argv[i]);
    return status;
}

int cs_words_read(const struct cs_verb *verb, int argc, char **argv, struct cs_words *ret_words)
{
    struct option table[CS_VERB_OPTIONS_MAX + 2];
    int option, status = CS_EXIT_OK;

    *ret_words = (struct cs_words){.verb = verb};
    if ((verb->flags & CS_VERB_FILES) != 0)
        ret_words->arguments = argv + 1;
    fill_table(verb, table);
    optind = 0; /* makes getopt_long start again */
    opterr = 0; /* refuse_option */
    while (status == CS_EXIT_OK && !ret_words->help &&
           (option = getopt_long(argc, argv, verb->run ? "-h" : "+h", table, NULL)) != -1)
        status = take(verb, argv, option, ret_words);
    if (status != CS_EXIT_OK || ret_words->help)
        return status;
    status = take_rest(verb, argc - optind, argv + optind, ret_words);
    if (status == CS_EXIT_OK && ret_words->operand_count < verb->operands.least)
        status = cs_misuse(verb, "a word is missing");
    return status;
}
