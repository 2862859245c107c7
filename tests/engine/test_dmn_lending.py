"""DMN 1.3, chapter 11: the loan example as a whole, from applicant to routing.

Tables, a scoring model that sums, contexts, invocations, priorities, names with operators.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.engine.dmn import table
from tests.engine.dmn_standard import (
    context,
    decision,
    input_data,
    invocation,
    item,
    knowledge,
    literal,
    read,
    service,
)

MONTHLY = item("tMonthly", Income="number", Repayments="number", Expenses="number")
TYPES = (
    MONTHLY,
    item("tApplicant", Age="number", Marital_Status="string", Employment_Status="string",
         Existing_Customer="boolean", Monthly="tMonthly"),
    item("tProduct", Product_Type="string", Rate="number", Term="number", Amount="number"),
    item("tBureau", Bankrupt="boolean", Credit_Score="number"),
    item("tCategory", "string", allowed='"DECLINE","HIGH","MEDIUM","LOW","VERY LOW"'),
)  # fmt: skip

FEE = (
    'if Product Type = "STANDARD LOAN" then 20.00 '
    'else if Product Type = "SPECIAL LOAN" then 25.00 else null'
)
INSTALLMENT = knowledge(
    "Installment calculation",
    "Product Type:string,Rate:number,Term:number,Amount:number",
    context(
        result=literal("Monthly Repayment + Monthly Fee"),
        Monthly_Fee=literal(FEE),
        Monthly_Repayment=literal("(Amount * Rate/12) / (1 - (1 + Rate/12)**-Term)"),
    ),
    type_ref="number",
)
SCORE = knowledge(
    "Application risk score model",
    "Age:number,Marital Status:string,Employment Status:string",
    table(["Age:number=[18..120]", 'Marital Status:string="S","M"', "Employment Status:string"],
          ["Partial score:number"], [
        ["[18..21]", "-", "-", "32"], ["[22..25]", "-", "-", "35"], ["[26..35]", "-", "-", "40"],
        ["[36..49]", "-", "-", "43"], [">= 50", "-", "-", "48"],
        ["-", '"S"', "-", "25"], ["-", '"M"', "-", "45"],
        ["-", "-", '"UNEMPLOYED"', "15"], ["-", "-", '"STUDENT"', "18"],
        ["-", "-", '"EMPLOYED"', "45"], ["-", "-", '"SELF-EMPLOYED"', "36"],
    ], hit="COLLECT", aggregation="SUM", identifier="score"),
    type_ref="number",
)  # fmt: skip
CATEGORY = knowledge(
    "Pre-bureau risk category table",
    "Existing Customer:boolean,Application Risk Score:number",
    table(["Existing Customer:boolean", "Application Risk Score:number"], ["Category:string"], [
        ["false", "< 100", '"HIGH"'], ["false", "[100..120)", '"MEDIUM"'],
        ["false", "[120..130]", '"LOW"'], ["false", "> 130", '"VERY LOW"'],
        ["true", "< 80", '"DECLINE"'], ["true", "[80..90)", '"HIGH"'],
        ["true", "[90..110]", '"MEDIUM"'], ["true", "> 110", '"LOW"'],
    ], identifier="category"),
    type_ref="tCategory",
)  # fmt: skip
FACTOR = knowledge(
    "Credit contingency factor table",
    "Risk Category:string",
    table(["Risk Category:string"], ["Factor:number"], [
        ['"HIGH", "DECLINE"', "0.6"], ['"MEDIUM"', "0.7"], ['"LOW", "VERY LOW"', "0.8"],
    ], identifier="factor"),
)  # fmt: skip
AFFORDABLE = knowledge(
    "Affordability calculation",
    "Monthly:tMonthly,Risk Category:string,Required Monthly Installment:number",
    context(
        result=literal(
            "if Disposable Income * Factor > Required Monthly Installment then true else false"
        ),
        Disposable_Income=literal("Monthly.Income - (Monthly.Repayments + Monthly.Expenses)"),
        Factor=invocation("Credit contingency factor table", Risk_Category="Risk Category"),
    ),
    type_ref="boolean",
    knows=("Credit contingency factor table",),
)
DECISIONS = (
    decision("Required monthly installment", invocation(
        "Installment calculation", Product_Type="Requested product.Product Type",
        Rate="Requested product.Rate", Term="Requested product.Term",
        Amount="Requested product.Amount"),
        type_ref="number", inputs=("Requested product",), knows=("Installment calculation",)),
    decision("Application risk score", literal(
        "Application risk score model(Age: Applicant data.Age, "
        "Marital Status: Applicant data.Marital Status, "
        "Employment Status: Applicant data.Employment Status)"),
        type_ref="number", inputs=("Applicant data",), knows=("Application risk score model",)),
    decision("Pre-bureau risk category", invocation(
        "Pre-bureau risk category table", Existing_Customer="Applicant data.Existing Customer",
        Application_Risk_Score="Application risk score"),
        type_ref="tCategory", needs=("Application risk score",), inputs=("Applicant data",),
        knows=("Pre-bureau risk category table",)),
    decision("Pre-bureau affordability", literal(
        "Affordability calculation(Applicant data.Monthly, Pre-bureau risk category, "
        "Required monthly installment)"),
        type_ref="boolean", needs=("Pre-bureau risk category", "Required monthly installment"),
        inputs=("Applicant data",), knows=("Affordability calculation",)),
    decision("Eligibility", table(
        ["Pre-bureau risk category:string", "Pre-bureau affordability:boolean",
         "Applicant data.Age:number"], ['Eligibility:string="INELIGIBLE","ELIGIBLE"'], [
            ['"DECLINE"', "-", "-", '"INELIGIBLE"'], ["-", "false", "-", '"INELIGIBLE"'],
            ["-", "-", "< 18", '"INELIGIBLE"'], ["-", "-", "-", '"ELIGIBLE"']],
        hit="PRIORITY", identifier="eligibility"),
        needs=("Pre-bureau risk category", "Pre-bureau affordability"),
        inputs=("Applicant data",)),
    decision("Routing", table(
        ["Bureau data.Bankrupt:boolean", "Bureau data.Credit Score:number", "Eligibility:string"],
        ['Routing:string="DECLINE","REFER","ACCEPT"'], [
            ["true", "-", "-", '"DECLINE"'], ["-", "< 580", "-", '"REFER"'],
            ["-", "-", 'not("ELIGIBLE")', '"DECLINE"'], ["-", "-", "-", '"ACCEPT"']],
        hit="PRIORITY", identifier="routing"),
        needs=("Eligibility",), inputs=("Bureau data",)),
)  # fmt: skip
MODEL = read(
    *TYPES,
    input_data("Applicant data", "tApplicant"),
    input_data("Requested product", "tProduct"),
    input_data("Bureau data", "tBureau"),
    INSTALLMENT, SCORE, CATEGORY, FACTOR, AFFORDABLE, *DECISIONS,
    service("Loan routing", ("Routing", "Required monthly installment"),
            inputs=("Applicant data", "Requested product", "Bureau data")),
)  # fmt: skip


def facts(**changed: object) -> dict[str, object]:
    """Return the example's facts, with some of the applicant's or the bureau's changed."""
    applicant = {
        "Age": 51,
        "Marital Status": "M",
        "Employment Status": "EMPLOYED",
        "Existing Customer": False,
        "Monthly": {"Income": 10_000, "Repayments": 2_500, "Expenses": 3_000},
    }
    bureau = {"Bankrupt": False, "Credit Score": 649}
    for key, value in changed.items():
        (bureau if key in ("Bankrupt",) else applicant)[key.replace("_", " ")] = value
    product = {
        "Product Type": "STANDARD LOAN",
        "Rate": Decimal("0.08"),
        "Term": 36,
        "Amount": 100_000,
    }
    return {"Applicant data": applicant, "Requested product": product, "Bureau data": bureau}


def test_every_step_of_the_example():
    for wanted, value in (
        ("Application risk score", 138),
        ("Pre-bureau risk category", "VERY LOW"),
        ("Pre-bureau affordability", True),
        ("Eligibility", "ELIGIBLE"),
        ("Routing", "ACCEPT"),
    ):
        assert MODEL.evaluate(wanted, facts()).value == value
    installment = MODEL.evaluate("Required monthly installment", facts()).value
    assert round(installment, 6) == Decimal("3153.636546")
    both = MODEL.evaluate("Loan routing", facts()).value
    assert both == {"Routing": "ACCEPT", "Required monthly installment": installment}


@pytest.mark.parametrize(
    ("changed", "routing"),
    [
        ({"Bankrupt": True}, "DECLINE"),
        ({"Monthly": {"Income": 9_000, "Repayments": 2_500, "Expenses": 3_000}}, "DECLINE"),
        ({"Existing_Customer": True, "Employment_Status": "UNEMPLOYED", "Marital_Status": "S",
          "Age": 20}, "DECLINE"),
        ({"Age": "51"}, "DECLINE"),  # no applicant at all: the type does not fit
    ],
)  # fmt: skip
def test_what_changes_the_outcome(changed, routing):
    assert MODEL.evaluate("Routing", facts(**changed)).value == routing
