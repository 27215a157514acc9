from customers.models.facts import FactsChange, FactsVersion
from customers.models.imports import ColumnMapping, DataImport, ImportStatus
from customers.models.jobs import Job, JobCancelled, JobLost, JobStatus
from customers.models.records import Branch, City, Customer, Merchant, Record, Transaction

__all__ = [
    "Branch",
    "City",
    "ColumnMapping",
    "Customer",
    "DataImport",
    "FactsChange",
    "FactsVersion",
    "ImportStatus",
    "Job",
    "JobCancelled",
    "JobLost",
    "JobStatus",
    "Merchant",
    "Record",
    "Transaction",
]
