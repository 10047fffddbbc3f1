# SPDX-License-Identifier: Apache-2.0
# cmake -DBUILD=dir -DSTAGE=dir -P Stage.cmake: installs BUILD into an empty STAGE.
file(REMOVE_RECURSE ${STAGE})
file(MAKE_DIRECTORY ${STAGE})
set(ENV{DESTDIR} ${STAGE})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} COMMAND_ERROR_IS_FATAL ANY)
