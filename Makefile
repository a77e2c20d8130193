# Thin on purpose: the work is in scripts/setup.py and in the `diandan` command.
PYTHON ?= python3
BIN := .venv/bin
TESTS ?= tests
WORKERS ?= 2
# Type checking reads the settings; it must not start a centre's database.
CHECK_ENV := DATABASE_URL=postgresql://nobody@localhost/none DIANDAN_HOME=.diandan-test

.PHONY: help setup run test check format prove shots stop clean pins

help:
	@echo "make run      安装并启动,浏览器打开 http://127.0.0.1:8600"
	@echo "make test     安装,检查,跑完全部测试"
	@echo "make check    只做检查:格式、类型、层次、文档"
	@echo "make format   整理格式"
	@echo "make prove NAME=…   现场证明一件事 (不带 NAME 列出全部)"
	@echo "make shots    给每一页拍照到 docs/screens/"
	@echo "make stop     停下内置数据库 · make clean  删掉测试留下的东西"

setup:
	@$(PYTHON) scripts/setup.py

run:
	@$(PYTHON) scripts/setup.py --run
	@DIANDAN_DEMO=$${DIANDAN_DEMO-1} exec $(BIN)/diandan serve

test:
	@$(PYTHON) scripts/setup.py --test
	@$(MAKE) --no-print-directory check
	@$(BIN)/python scripts/run_tests.py -n $(WORKERS) $(TESTS)

check:
	@$(PYTHON) scripts/setup.py
	@$(BIN)/ruff format --check --output-format concise . \
		|| { echo "请运行 make format (run make format)"; exit 1; }
	@$(BIN)/ruff check --output-format concise .
	@$(CHECK_ENV) $(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(CHECK_ENV) $(BIN)/python scripts/run_docs_check.py

format:
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .

prove:
	@$(PYTHON) scripts/setup.py
	@$(BIN)/diandan prove $(NAME)

shots:
	@$(PYTHON) scripts/setup.py --test
	@$(BIN)/diandan shots

stop:
	@$(BIN)/python -m diandan.config.postgres stop .diandan .diandan-test

clean:
	@$(BIN)/python -m diandan.config.postgres stop .diandan-test || true
	@rm -rf .diandan-test .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis shots

# New pins, without any registry's address in them. PACKAGE=name renews one only.
pins: PIN = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(if $(PACKAGE),--upgrade-package $(PACKAGE),$(UPGRADE))
pins:
	@for name in build node base dev scale; do \
		$(PIN) requirements/$$name.in -o requirements/$$name.txt; \
	done
