#include "src/cli.hpp"

int main(int argc, char** argv) {
    return emsctl::run_program(argc, argv);
}
