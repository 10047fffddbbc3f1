/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/support/python_child.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

extern char **environ;

pid_t python_child_start(char *const arguments[], int *ret_input, int *ret_output)
{
    posix_spawn_file_actions_t actions;
    int input[2], output[2];
    pid_t process;

    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    assert_int_equal(posix_spawn(&process, "/usr/bin/python3", &actions, NULL, arguments, environ),
                     0);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    *ret_input = input[1];
    *ret_output = output[0];
    return process;
}
